/**
 * OpenTelemetry's packages in one module, which tracing.ts loads on demand: a bundle keeps the names of CommonJS exports only in static
 * imports.
 */
export * as api from '@opentelemetry/api'
export * as exporters from '@opentelemetry/exporter-trace-otlp-http'
export * as resources from '@opentelemetry/resources'
export * as sdk from '@opentelemetry/sdk-trace-node'
export { default as createProxyAgent } from 'https-proxy-agent'
