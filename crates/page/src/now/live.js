(() => {
  "use strict";
  const reader = new DOMParser();
  const kept = "a, summary, [tabindex]";
  const renew = (old, now) => {
    if (old.innerHTML === now.innerHTML) return;
    const at = [...old.querySelectorAll(kept)].indexOf(document.activeElement);
    const open = [...old.querySelectorAll("details")].map(each => each.open);
    old.innerHTML = now.innerHTML;
    old.querySelectorAll("details").forEach((each, place) => { each.open = open[place] ?? each.open; });
    if (at >= 0) old.querySelectorAll(kept)[at]?.focus({preventScroll: true});
  };
  const names = main => [...main.children].map(each => each.id).join();
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, {cache: "no-store"});
      if (!answer.ok) return;
      const page = reader.parseFromString(await answer.text(), "text/html");
      const [old, now] = [document, page].map(each => each.querySelector("main"));
      if (!now) return;
      if (names(old) === names(now)) [...old.children].forEach((each, place) => renew(each, now.children[place]));
      else renew(old, now);
      renew(document.querySelector("header"), page.querySelector("header"));
      renew(document.querySelector("footer"), page.querySelector("footer"));
      document.title = page.title;
    } catch { /* the next look may find the server again */ }
  };
  let waits = false;
  const soon = () => {
    if (waits) return;
    waits = true;
    setTimeout(() => { waits = false; look(); }, 700);
  };
  const events = new EventSource("api/v1/events?from=" + document.querySelector("main").dataset.records);
  events.addEventListener("record", soon);
  events.addEventListener("open", soon);
  setInterval(look, 30000);
})();
