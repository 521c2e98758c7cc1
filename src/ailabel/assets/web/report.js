// Filters of the report; without this script the whole list is shown.
"use strict";
(() => {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const empty = document.getElementById("none");
  const files = Array.from(document.querySelectorAll(".file"), (node) => ({
    node,
    counted: node.closest(".fine") === null,
    text: node.querySelector("h2").textContent.toLowerCase(),
    rules: Array.from(node.querySelectorAll(".finding"), (finding) => finding.dataset.rule),
    findings: Array.from(node.querySelectorAll(".finding")),
  }));

  const total = files.filter((file) => file.counted).length;

  const apply = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const rule = form.elements.rule.value;
    const kinds = new Set(
      Array.from(form.querySelectorAll("input[name=kind]:checked"), (box) => box.value),
    );
    let count = 0;
    for (const file of files) {
      let any = file.findings.length === 0;
      for (const finding of file.findings) {
        finding.hidden =
          !kinds.has(finding.dataset.kind) || (rule !== "" && finding.dataset.rule !== rule);
        any ||= !finding.hidden;
      }
      const named =
        text === "" ||
        file.text.includes(text) ||
        file.rules.some((id) => id.toLowerCase() === text);
      const ruled = rule === "" || file.findings.length > 0;
      file.node.hidden = !(any && named && ruled);
      count += file.counted && !file.node.hidden ? 1 : 0;
    }
    shown.textContent = `${count} / ${total}`;
    empty.hidden = count > 0;
  };

  const speak = () => {
    const chinese = document.getElementById("chinese").checked;
    document.documentElement.lang = chinese ? "zh-CN" : "en";
    document.title = document.body.dataset[chinese ? "titleZh" : "titleEn"];
  };

  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector(".languages").addEventListener("change", speak);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.text.focus();
    }
  });
  form.hidden = false;
  apply();
})();
