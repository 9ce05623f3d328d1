// The wind gauge: raises the kites that fly in the chosen wind and brings down the others.
//
// Without this module the gauge is a form that asks the server for `?wind=N`; with it, the page
// does the same at once and only keeps the address up to date.

const gauge = document.querySelector("[data-gauge]");
const slider = gauge.elements.wind;
const forces = [...gauge.querySelectorAll(".forces li")];
const roll = gauge.querySelector("[data-roll]");
const kites = [...document.querySelectorAll("[data-from]")];

function blow(force) {
  for (const [number, item] of forces.entries()) {
    item.ariaCurrent = number === force ? "true" : null;
  }
  const aloft = new Set(); // The front page shows every kite twice: in the sky and on the shelf.
  for (const kite of kites) {
    const { from, to, name } = kite.dataset;
    const flies = Number(from) <= force && force <= Number(to);
    kite.classList.toggle("aloft", flies);
    if (flies) aloft.add(name);
  }
  roll.value = [...aloft].join(", ");
  // The style sheet takes the restlessness of the kites from this.
  document.documentElement.style.setProperty("--force", force);
}

slider.addEventListener("input", () => blow(slider.valueAsNumber));
slider.addEventListener("change", () => history.replaceState(null, "", `?wind=${slider.value}`));

gauge.classList.add("live"); // Hides the button.
blow(slider.valueAsNumber);
