// Says that work goes on, takes the token out of the address, and brings the keyboard to faults.
"use strict";
if (location.search.includes("token=")) history.replaceState(null, "", location.pathname);
const faults = document.getElementById("faults");
if (faults) faults.focus();
for (const form of document.querySelectorAll("form[data-working]")) {
  form.addEventListener("submit", () => {
    const told = document.getElementById("working");
    told.textContent = form.dataset.working + " …";
    told.classList.add("on");
  });
}
addEventListener("pageshow", () => {
  const told = document.getElementById("working");
  told.textContent = "";
  told.classList.remove("on");
});
