"""A driver's configuration: declared once, as a list of attributes, it is the schema that the host checks the operator's file by and the decoder here."""

import json
import re
from types import SimpleNamespace

from .protocol import enum, plugin

STRING, BOOL, INT, FLOAT, DURATION = "STRING", "BOOL", "INT", "FLOAT", "DURATION"
_Base = enum("oceanid.plugin.v1.Type.Base")
_Severity = enum("oceanid.plugin.v1.Diagnostic.Severity")


class Secret:
    """A text that nothing prints. Hand what reveal gives to what needs it and nowhere else."""

    def __init__(self, value):
        self._value = value

    def reveal(self):
        return self._value

    def __repr__(self):
        return "(secret)"


class Attribute:
    """One attribute of the operator's block. It is required unless it is optional (left out, it is None) or has a default."""

    def __init__(self, name, kind=STRING, doc="", default=None, optional=False, secret=False, one_of=()):
        self.name, self.kind, self.doc, self.default = name, kind, doc, default
        self.required, self.secret, self.one_of = not optional and default is None, secret, one_of

    def message(self):
        return plugin.Attribute(
            name=self.name, type=plugin.Type(base=getattr(_Base, self.kind)), required=self.required, sensitive=self.secret, doc=self.doc,
            one_of=self.one_of, default_json=b"" if self.default is None else json.dumps(self.default).encode(),
        )

    def read(self, value):
        """The value as Python has it. ValueError says what it must be, and never what it is: it may be a secret."""
        if self.kind == STRING and isinstance(value, str):
            if self.one_of and value not in self.one_of:
                raise ValueError(f"{self.name} must be one of {', '.join(self.one_of)}")
            return Secret(value) if self.secret else value
        if self.kind == BOOL and isinstance(value, bool):
            return value
        if self.kind == INT and isinstance(value, int) and not isinstance(value, bool):
            return value
        if self.kind == FLOAT and isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if self.kind == DURATION and isinstance(value, str):
            return duration(value)
        raise ValueError({
            STRING: "must be a string", BOOL: "must be true or false", INT: "must be a whole number",
            FLOAT: "must be a number", DURATION: 'must be a duration such as "30s"',
        }[self.kind])


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def duration(text):
    """Seconds of a duration such as "1m30s"."""
    if text == "0":
        return 0.0
    if not re.fullmatch(f"(?:{_PART.pattern})+", text):
        raise ValueError('must be a duration such as "30s"')
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


class InvalidConfig(Exception):
    """What is wrong with a configuration: pairs of an attribute's name, or "" for the whole, and a sentence. The operator reads each at its line."""

    def __init__(self, *found):
        super().__init__("; ".join(f"{name}: {text}" if name else text for name, text in found))
        self.found = found

    def diagnostics(self):
        return [
            plugin.Diagnostic(severity=_Severity.ERROR, summary=text, path=[plugin.Step(attribute=name)] if name else [])
            for name, text in self.found
        ]


def block(attributes):
    """The schema as the host wants it."""
    return plugin.Block(attributes=[a.message() for a in attributes])


def decode(attributes, data):
    """The configuration as an object with one field an attribute. InvalidConfig tells all that is wrong at once."""
    try:
        given = json.loads(data)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise InvalidConfig(("", "the configuration is not a JSON object: this is a defect of the host"))
    values, found = {}, []
    for a in attributes:
        value = given.pop(a.name, None)
        if value is None:
            value = a.default
        if value is None and a.required:
            found.append(("", f"{a.name} is missing"))
        try:
            values[a.name] = None if value is None else a.read(value)
        except ValueError as e:
            found.append((a.name, str(e)))
    found += [("", f'"{name}" is not known') for name in sorted(given)]
    if found:
        raise InvalidConfig(*found)
    return SimpleNamespace(**values)
