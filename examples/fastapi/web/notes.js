const list = document.querySelector("ul");
const show = (note) => list.append(Object.assign(document.createElement("li"), { textContent: note.text }));

(await (await fetch("/api/notes")).json()).forEach(show);

document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)));
  const headers = { "Content-Type": "application/json" };
  show(await (await fetch("/api/notes", { method: "POST", headers, body })).json());
  event.target.reset();
});
