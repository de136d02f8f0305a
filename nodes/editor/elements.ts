/** Attributes by name; `class` and `text` as people write them, everything else as `setAttribute` takes it. */
export interface ElementTraits {
  class?: string;
  text?: string;
  [attribute: string]: string | undefined;
}

/** Makes an element with its attributes and children. Text never becomes HTML. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  traits: ElementTraits = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (name === 'text') created.textContent = value ?? '';
    else if (value !== undefined) created.setAttribute(name, value);
  }
  created.append(...children);
  return created;
}

/** An icon that says nothing to those who do not see it; its meaning must stand in a text beside it. */
export function icon(name: string): HTMLElement {
  return create('i', { class: `fa ${name}`, 'aria-hidden': 'true' });
}
