// What only the browser can do for the page: keep a drawing over a reload, in this tab's session
// storage and nowhere else; take a picture from the clipboard and put an answer there; and reach the
// canvas in its component's shadow tree, which no style sheet of the page does, and have it send a
// stroke as soon as the pen is lifted.

const KEPT = "handwritten-digits";
// A finger that begins in the corner of the canvas's own toolbar would not draw.
const noToolbar = new CSSStyleSheet();
noToolbar.replaceSync(".dc-toolbar { visibility: hidden; }");

export default function ({ data, setTriggerValue }) {
  if (!data.is_new) write({ strokes: data.strokes, had_upload: data.has_upload });
  const stop = whenThereIsPaper((paper, root) => {
    if (!root.adoptedStyleSheets.includes(noToolbar)) root.adoptedStyleSheets.push(noToolbar);
    paper.setAttribute("role", "img");
    paper.setAttribute("aria-label", data.paper);
    const kept = data.is_new && read();
    // Not sooner: the canvas sends a drawing that replaces another, but not one it begins with.
    if (kept && (kept.strokes?.length || kept.had_upload)) setTriggerValue("kept", kept);
  });
  const paste = (event) => takePasted(event, setTriggerValue);
  document.addEventListener("paste", paste);
  document.addEventListener("click", copyAnswer);
  document.addEventListener("click", bringAnswerIntoView);
  document.addEventListener("click", bringTableIntoView);
  return () => {
    stop();
    document.removeEventListener("paste", paste);
    document.removeEventListener("click", copyAnswer);
    document.removeEventListener("click", bringAnswerIntoView);
    document.removeEventListener("click", bringTableIntoView);
  };
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null; // there is none, or it may not be asked for
  }
}

function write(kept) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Full, or not allowed: then a reload loses the drawing, as on any page.
  }
}

function takePasted(event, setTriggerValue) {
  const file = event.clipboardData?.files[0];
  if (!file) return;
  event.preventDefault();
  const reader = new FileReader();
  reader.onload = () => setTriggerValue("pasted", reader.result);
  reader.readAsDataURL(file);
}

async function copyAnswer(event) {
  const button = event.target.closest?.("button.copy");
  if (!button) return;
  const said = button.textContent;
  button.textContent = (await copied(button.dataset.copy)) ? "Copied" : "Not allowed";
  setTimeout(() => (button.textContent = said), 1500);
}

// Pictures to click lie below the answer that they change.
function bringAnswerIntoView(event) {
  if (!event.target.closest?.(":is(.st-key-example-row, .st-key-earlier-row) button")) return;
  const answer = document.querySelector(".st-key-answer");
  if (answer && answer.getBoundingClientRect().top < 0) answer.scrollIntoView({ behavior: "smooth" });
}

// A pen that touches the paper focuses all that scrolls, and the next key would show that. It may do
// so while this component is drawn anew.
document.addEventListener("focusin", leavePanel);
function leavePanel(event) {
  const panel = event.target;
  if (panel.matches?.(".stMain:not(:focus-visible)")) panel.blur();
}

// The table of many pictures lies below these, the chosen picture below the table.
function bringTableIntoView(event) {
  if (!event.target.closest?.("button.to-table")) return;
  document.querySelector(".st-key-many-table")?.scrollIntoView({ behavior: "smooth" });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByCommand(text); // a page without https has no clipboard of its own
  }
}

function copiedByCommand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}

// By itself the canvas sends a stroke 0.2 s after it has ended; by a button of its toolbar, at once.
const SEND = 'button[aria-label="Update the app with this drawing"]';
let drawnOn = null;
for (const begun of ["mousedown", "touchstart"]) document.addEventListener(begun, noteStroke, true);
for (const ended of ["mouseup", "touchend"]) document.addEventListener(ended, sendStroke, true);
function noteStroke(event) {
  const [target] = event.composedPath();
  drawnOn = target.matches?.("canvas.upper-canvas") ? target.getRootNode() : null;
}
function sendStroke() {
  const root = drawnOn;
  drawnOn = null;
  if (root) setTimeout(() => root.querySelector(SEND)?.click()); // once the canvas has the stroke
}

// It comes when it likes.
function whenThereIsPaper(then) {
  let waiting = 0;
  const look = () => {
    const host = document.querySelector(".st-key-canvas [data-testid=stBidiComponentIsolated]");
    const inner = host && [host, ...host.querySelectorAll("*")].find((each) => each.shadowRoot);
    const root = inner?.shadowRoot;
    const paper = root?.querySelector("canvas.upper-canvas");
    if (!paper) {
      waiting = requestAnimationFrame(look);
      return;
    }
    then(paper, root);
  };
  look();
  return () => cancelAnimationFrame(waiting);
}
