/** The languages of the connect page. */
import { de } from './texts/de.ts'
import { en, type TextName, type Texts } from './texts/en.ts'
import { es } from './texts/es.ts'
import { fr } from './texts/fr.ts'

export type { TextName }

export const languages = { en, de, es, fr } as const satisfies Record<string, Texts>
export type Language = keyof typeof languages

/** The first supported language of Accept-Language, or English. The page's script then applies lang= and the browser's languages. */
export function chooseLanguage (header: string | undefined): Language {
  for (const range of (header ?? '').split(',')) {
    const name = range.trim().slice(0, 2).toLowerCase()
    if (Object.hasOwn(languages, name)) return name as Language // just checked
  }
  return 'en'
}
