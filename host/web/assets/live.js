// Keeps a page up to date: the server sends its content anew when it changes, and only what differs is touched, so that focus, selection and scrolling stay.
"use strict";
(() => {
  const sign = document.getElementById("live");
  const content = document.getElementById("content");
  let stream;

  const say = (text, state) => {
    sign.className = state;
    if (sign.textContent !== text) sign.textContent = text;
  };

  const morph = (from, to) => {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return from.replaceWith(to);
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.data !== to.data) from.data = to.data;
      return;
    }
    if (from.localName === "time" && from.dateTime === to.dateTime) return;
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    const atEnd = from.classList.contains("log") && from.scrollTop + from.clientHeight >= from.scrollHeight - 4;
    children(from, to);
    if (atEnd) from.scrollTop = from.scrollHeight;
  };
  const children = (from, to) => {
    const old = [...from.childNodes], now = [...to.childNodes];
    now.forEach((node, i) => (i < old.length ? morph(old[i], node) : from.append(node)));
    old.slice(now.length).forEach((node) => node.remove());
  };

  // Times come in UTC; here they are told in the reader's zone, and how long ago they are.
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  const times = () => {
    for (const time of content.querySelectorAll("time")) {
      const at = new Date(time.dateTime), past = Math.max(0, Date.now() - at) / 1000;
      const [unit, size] = units.find(([, size]) => past >= size) ?? ["second", 1];
      const text = past > 7 * 86400 ? at.toLocaleString() : relative.format(-Math.floor(past / size), unit);
      if (time.textContent !== text) time.textContent = text;
      time.title = at.toLocaleString();
    }
  };

  const open = () => {
    stream = new EventSource(sign.dataset.stream);
    stream.addEventListener("open", () => say("live", "on"));
    stream.addEventListener("content", (event) => {
      const next = document.createElement("template");
      next.innerHTML = "\n" + event.data + "\n";
      children(content, next.content);
      times();
      say("live", "on");
    });
    stream.addEventListener("trouble", (event) => say(event.data, "off"));
    stream.addEventListener("error", () => {
      say("connection lost, trying again", "off");
      if (stream.readyState === EventSource.CLOSED) setTimeout(visible, 5000);
    });
  };
  // A page that nobody sees costs nothing, and leaves the browser's few connections to others.
  const visible = () => {
    stream?.close();
    stream = undefined;
    if (document.visibilityState === "visible") open();
  };
  document.addEventListener("visibilitychange", visible);
  for (const log of content.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
  times();
  setInterval(times, 1000);
  visible();
})();
