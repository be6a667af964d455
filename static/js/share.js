// Pictures to share: by the device's own sheet where it takes files, else they are downloaded.

async function share(link) {
  const response = await fetch(link.href);
  if (!response.ok) throw new Error(`${response.status}`);
  const blob = await response.blob();
  const name = link.pathname.split("/").filter(Boolean).join("-");
  const data = { files: [new File([blob], name, { type: blob.type })], text: link.dataset.share };
  if (!navigator.canShare(data)) throw new Error("no files");
  await navigator.share(data);
}

function takesFiles() {
  const file = new File([""], "a.png", { type: "image/png" });
  return Boolean(navigator.canShare?.({ files: [file] }));
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-share]");
  if (!link || !takesFiles()) return;
  event.preventDefault();
  try {
    await share(link);
  } catch (error) {
    // who closes the sheet wants neither
    if (error.name !== "AbortError") window.location.assign(link.href);
  }
});

// Arrow keys turn the pages.
const story = document.querySelector(".story");
story?.addEventListener("keydown", ({ key }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) story.scrollBy({ left: step * story.firstElementChild.clientWidth });
});
