/** Swagger UI with less around it, and with colours that can be read (WCAG AA). */
export const DOCS_STYLE = `.swagger-ui .wrapper { max-width: 1180px }
.swagger-ui .info { margin: 2rem 0 1rem }
.swagger-ui .info .title { font-size: 2rem }
.swagger-ui .info li { margin: .375rem 0; font-size: 1rem }
.swagger-ui .info p { font-size: 1rem }
.swagger-ui .info .base-url, .swagger-ui .info .link, .swagger-ui .servers, .swagger-ui .servers-title, .swagger-ui .info__license { display: none }
.swagger-ui .markdown code, .swagger-ui .renderedMarkdown code { padding: 1px 5px; color: #0b4f6c; background: #eaf1f5; font-weight: 500 }
.swagger-ui .scheme-container { padding: 1rem 0; box-shadow: none; background: none }
.swagger-ui .scheme-container:not(:has(.auth-wrapper)) { display: none }
.swagger-ui .opblock-tag { font-size: 1.125rem; padding: .625rem .5rem }
.swagger-ui .opblock-tag small, .swagger-ui .opblock-tag small p { color: #55626f; font-size: .9375rem }
.swagger-ui .opblock-tag small p { margin: 0 }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1a5fa8 }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #1d6f4c }
.swagger-ui .opblock.opblock-put .opblock-summary-method { background: #96500a }
.swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #1c6a66 }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b3261e }
.swagger-ui .info .title small { background: #55626f }
.swagger-ui .info .title small.version-stamp { background: #3d6b00 }
.swagger-ui .filter .operation-filter-input { border: 1px solid #7b8794; border-radius: 8px; padding: .625rem .75rem }
.swagger-ui .btn.authorize { color: #1d6f4c; border-color: #1d6f4c }
.swagger-ui .btn.authorize svg { fill: #1d6f4c }
.swagger-ui .btn.cancel { color: #b3261e; border-color: #b3261e }
.swagger-ui .btn.execute { background: #0b6b63; border-color: #0b6b63 }
.swagger-ui .parameter__in, .swagger-ui .parameter__type, .swagger-ui .prop-format { color: #55626f }
.swagger-ui .parameter__name.required::after { color: #a3211a }
.swagger-ui .parameter__name.required span { color: #a3211a }
.swagger-ui .highlight-code pre, .swagger-ui .microlight, .swagger-ui .curl-command pre { background: #14181d !important }
.swagger-ui .download-contents { background: #4a5060 }
@media (max-width: 640px) { .swagger-ui .opblock-tag small { display: none } }
`
