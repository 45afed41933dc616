import { ConfigError, readConfig } from '#service/config/config.js'

/** The faults of an environment; none if the service starts with it. */
export function faultsOf (source: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig(source)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}
