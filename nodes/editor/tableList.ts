/**
 * The data of an editable list's items in their order on the screen. An item fades for a moment after its removal:
 * it counts no more.
 */
export function listRows<Row>(list: JQuery): Row[] {
  const rows: Row[] = [];
  list.editableList('items').each((_index, item) => {
    const content = $(item);
    if (!content.closest('li').hasClass('red-ui-editableList-item-deleting'))
      rows.push(content.data('data') as Row);
  });
  return rows;
}

/**
 * Gives an item of a list what Node-RED leaves out: a name for its remove button, and keys to move it (Alt with arrow
 * up or down). `moved` is called after a move and after a removal has begun.
 */
export function prepareListItem(
  node: EditorNode,
  content: JQuery,
  moved: () => void,
  removeLabel = 'profile-field-mapper.button.removeRow',
): void {
  const item = content.closest('li');
  item
    .find('.red-ui-editableList-item-remove')
    .attr({ 'aria-label': node._(removeLabel), role: 'button' })
    .on('click', moved);
  item.on('keydown', (event) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    event.stopPropagation();
    const focused = document.activeElement;
    // Past the next item that can be seen: while a search hides some, a move must be a move to the eye.
    if (event.key === 'ArrowUp') item.insertBefore(item.prevAll('li:visible').first());
    else item.insertAfter(item.nextAll('li:visible').first());
    if (focused instanceof HTMLElement) focused.focus();
    moved();
  });
}
