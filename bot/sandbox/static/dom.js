// Build elements; text only ever enters as text.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "colour") node.style.background = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function drawn(path, attributes = {}) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const paths = Array.isArray(path) ? path : [path];
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", ...attributes }))
    svg.setAttribute(name, value);
  for (const one of paths) {
    const line = document.createElementNS(space, "path");
    const wanted = typeof one === "string" ? { d: one } : one;
    for (const [name, value] of Object.entries(wanted)) line.setAttribute(name, value);
    svg.append(line);
  }
  return svg;
}

export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  return answerOf(await fetch(`/sandbox/${path}`, options));
}

export async function upload(file) {
  const query = new URLSearchParams({ name: file.name, type: file.type || "application/octet-stream" });
  const headers = { "Content-Type": "application/octet-stream" };
  return answerOf(await fetch(`/sandbox/files?${query}`, { method: "POST", headers, body: file }));
}

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
