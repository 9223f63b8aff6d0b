SwaggerUIBundle({
  url: "/docs/openapi-3.0.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
