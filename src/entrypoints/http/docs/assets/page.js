const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);

/** Filters operations by tag, method, path and summary, not by tag alone. */
function opsFilter(groups, phrase) {
  const wanted = phrase.toLowerCase();
  const told = (each) => [each.get("method"), each.get("path"), each.getIn(["operation", "summary"])].join(" ").toLowerCase();
  return groups
    .map((group, tag) =>
      tag.toLowerCase().includes(wanted)
        ? group
        : group.update("operations", (all) => all.filter((each) => told(each).includes(wanted))),
    )
    .filter((group) => group.get("operations").size > 0);
}

/** In landmarks, with a heading over the groups, and without the list of servers, which has one entry and no label. */
const accessible = ({ React: { createElement } }) => ({
  wrapComponents: {
    ServersContainer: () => () => null,
    InfoContainer: (Info) => (props) => createElement("section", { "aria-label": "About" }, createElement(Info, props)),
    FilterContainer: (Filter) => (props) =>
      createElement("search", null, createElement("h2", { className: "wrapper" }, "Operations"), createElement(Filter, props)),
  },
});

SwaggerUIBundle({
  url: "/schema",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [() => ({ fn: { opsFilter } }), accessible],
});
