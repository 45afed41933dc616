/** The beginning of a text. Never half of a character of two UTF-16 units, such as an emoji: clients in Python reject JSON with it. */
export function cutText (text: string, length: number): string { return text.slice(0, length).replace(/[\ud800-\udbff]$/, '') }
