import { element } from './dialogForm';
import { create } from './elements';

export interface Tab {
  /** The id of the panel, an element of the form. */
  panel: string;
  label: string;
  /** Called whenever the panel comes into view. */
  shown?: () => void;
}

export interface Tabs {
  /** Puts something small behind a tab's label: a number, a sign of a fault. */
  mark(panel: string, marks: readonly (Node | string)[]): void;
}

/**
 * Parts of a long form as tabs: one is seen, the others are hidden and out of the tab order. Arrow keys, Home and End
 * move between tabs. Node-RED's own tabs are not used, because they cannot be reached with the keyboard alone.
 * @param bar an empty element of the form.
 */
export function attachTabs(bar: HTMLElement, label: string, tabs: readonly Tab[]): Tabs {
  bar.classList.add('profile-sync-tabs');
  bar.setAttribute('role', 'tablist');
  bar.setAttribute('aria-label', label);
  const buttons = tabs.map((tab, at) => {
    const button = create(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${tab.panel}-tab`,
        'aria-controls': tab.panel,
      },
      tab.label,
      create('span', { class: 'profile-sync-tab-mark' }),
    );
    button.addEventListener('click', () => show(at));
    button.addEventListener('keydown', (event) => onKey(event, at));
    const panel = panelOf(tab);
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', button.id);
    return button;
  });
  bar.replaceChildren(...buttons);

  function show(wanted: number): void {
    for (const [at, tab] of tabs.entries()) {
      const chosen = at === wanted;
      buttons[at]?.setAttribute('aria-selected', String(chosen));
      buttons[at]?.setAttribute('tabindex', chosen ? '0' : '-1');
      panelOf(tab).hidden = !chosen;
    }
    tabs[wanted]?.shown?.();
  }

  function onKey(event: KeyboardEvent, at: number): void {
    const next = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
    buttons[next]?.focus();
  }

  show(0);
  return {
    mark: (panel, marks) => {
      const at = tabs.findIndex((tab) => tab.panel === panel);
      buttons[at]?.querySelector('.profile-sync-tab-mark')?.replaceChildren(...marks);
    },
  };
}

function panelOf({ panel }: Tab): HTMLElement {
  return element(panel);
}
