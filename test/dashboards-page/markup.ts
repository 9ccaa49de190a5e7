/** Text as HTML and SVG take it. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element. Attributes are escaped; content is markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...content: readonly string[]
): string {
  const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  return `<${name}${text.join('')}>${content.join('')}</${name}>`;
}

/** A `div` of a class. */
export function block(className: string, ...content: readonly string[]): string {
  return element('div', { class: className }, ...content);
}
