// Swipe between two pictures without a kernel: the range input says where the upper one begins.
for (const figure of document.querySelectorAll("figure.swipe")) {
  const range = figure.querySelector("input");
  const over = figure.querySelector(".swipe-over");
  const show = () => {
    over.style.clipPath = `inset(0 0 0 ${range.value}%)`;
    range.setAttribute("aria-valuetext", `map on the right ${100 - range.value} per cent`);
  };
  range.addEventListener("input", show);
  show();
}
