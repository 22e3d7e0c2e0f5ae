"""What each verb of the protocol does: it finds the instance, hands the call to the author's driver, and makes messages of what comes back."""

from . import check, events, fault, files, log, protocol, schema

_p, _s = protocol.plugin, protocol.scheduler

# A capability is a service, and is served if the author's class has the methods.
SERVICES = {
    "Scheduler": ("submit", "query", "cancel"),
    "Events": ("watch",),
    "Holds": ("hold", "release"),
    "Workflows": ("submit_workflow",),
    "Logs": ("tail",),
    "Uploads": ("upload",),
    "Downloads": ("download",),
    "Probes": ("probe",),
}


def served(driver):
    """The full names of the services that a class of drivers has the methods for."""
    names = ["oceanid.scheduler.v1." + name for name, methods in SERVICES.items() if all(hasattr(driver, m) for m in methods)]
    return sorted(["oceanid.plugin.v1.Plugin", *names])


def lacking(driver):
    """Methods that a class of drivers must have and has not: those of every scheduler, and the rest of a capability of which it has a part."""
    return [m for name, methods in SERVICES.items() if name == "Scheduler" or any(hasattr(driver, m) for m in methods) for m in methods if not hasattr(driver, m)]


class Verbs:
    """One method for each verb, with its name in the protocol. Those with an answer of one message return it, the others yield theirs."""

    def __init__(self, plugin, instances, gate, open_instance):
        self._plugin, self._instances, self._gate, self._open = plugin, instances, gate, open_instance

    # oceanid.plugin.v1.Plugin

    def Describe(self, call, request):
        p = self._plugin
        return _p.DescribeResponse(
            name=p.name, version=p.version, kind=protocol.enum("oceanid.plugin.v1.Kind").SCHEDULER, sdk="python 0.1.0", services=served(p.driver),
            config=schema.block(p.config), summary=p.summary,
        )

    def Validate(self, call, request):
        try:
            self._plugin.read(request.config_json)
        except schema.InvalidConfig as e:
            return _p.ValidateResponse(diagnostics=e.diagnostics())
        return _p.ValidateResponse()

    def Configure(self, call, request):
        try:
            self._instances.configure(request.instance, lambda: self._open(request))
        except schema.InvalidConfig as e:
            return _p.ConfigureResponse(diagnostics=e.diagnostics())
        return _p.ConfigureResponse()

    def Forget(self, call, request):
        self._instances.forget(request.instance.id)
        return _p.ForgetResponse()

    def Drain(self, call, request):
        limit = request.deadline
        return _p.DrainResponse(left=self.drain(limit.seconds + limit.nanos / 1e9 or None))

    def drain(self, seconds):
        """Lets no new call in, ends the streams, waits for the rest, closes the drivers, and tells how many calls were left."""
        self._gate.shut()
        self._instances.end_streams()
        left = self._gate.wait(seconds)
        if not left:
            self._instances.close(seconds)
        return left

    def SetLogLevel(self, call, request):
        try:
            log.set_level(request.level)
        except KeyError:
            raise fault.Invalid(f"log level {request.level!r} is none of {', '.join(log.LEVELS)}", blame="host") from None
        return _p.SetLogLevelResponse()

    # oceanid.scheduler.v1

    def Submit(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            check.job(request.job)
            return _s.SubmitResponse(id=check.identifier(driver.submit(call, request.job)))

    def Query(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            page = []
            for status in driver.query(call, request.jobs):
                page.append(check.status(status))
                if len(page) == protocol.PAGE:
                    yield _s.QueryResponse(statuses=page)
                    page = []
            if page:
                yield _s.QueryResponse(statuses=page)

    def Cancel(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            driver.cancel(call, request.jobs)
            return _s.CancelResponse()

    def Watch(self, call, request):
        with self._instances.use(request.instance, call, endless=True) as driver:
            yield from events.stream(request.cursor, driver.watch(call, request.cursor))

    def Hold(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            driver.hold(call, request.jobs)
            return _s.HoldResponse()

    def Release(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            driver.release(call, request.jobs)
            return _s.ReleaseResponse()

    def SubmitWorkflow(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            check.token(request.workflow.token)
            return _s.SubmitWorkflowResponse(id=check.identifier(driver.submit_workflow(call, request.workflow)))

    def Tail(self, call, request):
        with self._instances.use(request.instance, call, endless=True) as driver:
            if request.stream not in (protocol.LogStream.STDOUT, protocol.LogStream.STDERR) or request.offset < 0 or request.task < 0:
                raise fault.Invalid(f"stream {request.stream}, offset {request.offset}, task {request.task}: not a place in an output", blame="host")
            for data in driver.tail(call, request.job, request.task, request.stream, request.offset, request.follow):
                for at in range(0, len(data), protocol.CHUNK):
                    yield _s.TailResponse(chunk=data[at:at + protocol.CHUNK])

    def Upload(self, call, messages):
        header, content = files.incoming(messages)
        with self._instances.use(header.instance, call) as driver:
            driver.upload(call, header.token, header.input, content)
            # Only at its end is the content known to be what was meant.
            if next(content, None) is not None:
                raise fault.Internal(f"the driver did not read input {header.input.name!r} to its end")
            return _s.UploadResponse()

    def Download(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            yield from files.outgoing(driver.download(call, request.job, request.tasks, request.paths))

    def Probe(self, call, request):
        with self._instances.use(request.instance, call) as driver:
            for found in driver.probe(call):
                yield _s.ProbeResponse(check=found)
