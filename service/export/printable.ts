/** Names and reasons come from outside: nothing in them moves the cursor of a terminal, or ends a line. */
export function printable (text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}
