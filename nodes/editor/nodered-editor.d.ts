/**
 * The part of the Node-RED editor (4.1 and 5.0) that these nodes use, declared here because the published typings
 * know neither two-argument validators that return reasons nor several list options.
 */

/** A node as the editor holds it: its properties beside the editor's own fields. */
interface EditorNode {
  id: string;
  type: string;
  z?: string;
  name?: string;
  wires?: string[][];
  credentials?: { [name: string]: unknown };
  _def: EditorNodeDefinition;
  /** Text of the node's own catalogue. */
  _(key: string, values?: TextValues): string;
  [property: string]: unknown;
}

type TextValues = { [name: string]: string | number };

/** `true`, or one reason, or one reason per fault. */
type Verdict = true | string | string[];

interface EditorProperty<Self> {
  value: unknown;
  required?: boolean;
  /** Type of the config node whose id this property holds. */
  type?: string;
  validate?: (this: Self, value: unknown, options: { label?: string }) => Verdict;
}

interface EditorNodeDefinition<Self = EditorNode> {
  category: string;
  color?: string;
  defaults: { [property: string]: EditorProperty<Self> };
  credentials?: { [name: string]: { type: 'text' | 'password'; required?: boolean } };
  inputs?: number;
  outputs?: number;
  icon?: string;
  align?: 'left' | 'right';
  paletteLabel?: string | ((this: Self) => string);
  label?: (this: Self) => string;
  labelStyle?: (this: Self) => string;
  inputLabels?: string | ((this: Self) => string);
  outputLabels?: (this: Self, index: number) => string;
  button?: {
    /** Name of the property that a press turns round. */
    toggle?: string;
    enabled?: (this: Self) => boolean;
    onclick?: (this: Self) => void;
  };
  /** The node's type has come to the palette. */
  onpaletteadd?: () => void;
  oneditprepare?: (this: Self) => void;
  oneditsave?: (this: Self) => void;
  oneditcancel?: (this: Self) => void;
  oneditresize?: (this: Self, size: { width: number; height: number }) => void;
}

interface EditableListOptions<Row> {
  addItem(container: JQuery, index: number, row: Row): void;
  addButton?: boolean | string;
  buttons?: { id?: string; label: string; icon: string; click(): void }[];
  removable?: boolean;
  removeItem?(row: Row): void;
  sortable?: boolean;
  sortItems?(rows: JQuery[]): void;
  header?: JQuery;
  height?: number | 'auto';
  scrollOnAdd?: boolean;
  filter?(row: Row): boolean;
  /** Read by Node-RED 5; 4.1 ignores it. */
  ariaLabel?: string;
}

interface JQuery {
  editableList<Row>(options: EditableListOptions<Row>): this;
  editableList(method: 'addItem', row: object): void;
  editableList(method: 'insertItemAt', row: object, index: number): void;
  editableList(method: 'removeItem', row: object): void;
  editableList(method: 'empty'): void;
  editableList(method: 'items'): JQuery;
  /** Returns how many items are shown. */
  editableList<Row>(method: 'filter', filter: (row: Row) => boolean): number;
  editableList(method: 'filter', filter: null): void;
  typedInput(options: { types: string[]; default: string }): this;
}

/** A part of the editor that belongs to no node. */
interface EditorPlugin {
  onadd(this: EditorPlugin & { _(key: string, values?: TextValues): string }): void;
}

interface SidebarTab {
  id: string;
  /** In the menu. */
  name: string;
  /** On the tab. */
  label: string;
  iconClass: string;
  content: HTMLElement;
  /** It can be used while a dialog is open. */
  enableOnEdit?: boolean;
}

declare const RED: {
  plugins: { registerPlugin(id: string, plugin: EditorPlugin): void };
  sidebar: { addTab(tab: SidebarTab): void; show(id: string): void };
  actions: { add(name: string, action: () => void, options?: { label: string }): void };
  i18n: { /** The language of the editor, such as `de`. */ lang(): string };
  nodes: {
    registerType<Self extends EditorNode>(
      type: string,
      definition: EditorNodeDefinition<Self> & ThisType<Self>,
    ): void;
    /** A flow or config node by id, with the values of its last closed dialog, deployed or not. */
    node(id: string): EditorNode | null;
    /** The node and all that it is wired to, directly or through others. */
    getAllFlowNodes(node: EditorNode): EditorNode[];
    /** The wires at a node: those that come in (1) or go out (0). */
    getNodeLinks(id: string, port: 0 | 1): { source: EditorNode; target: EditorNode }[];
    eachConfig(visit: (node: EditorNode) => unknown): void;
    eachNode(visit: (node: EditorNode) => unknown): void;
  };
  comms: {
    /** `topic` may end with `#`. Values that were kept are told at once. */
    subscribe(topic: string, listener: (topic: string, data: unknown) => void): void;
  };
  events: { on(event: 'nodes:add', listener: (node: EditorNode) => void): void };
  view: { redraw(): void /** Goes to the node, and makes it flash. */; reveal(id: string): void };
  editor: {
    /** Opens the editor for JSONata over the dialog; `complete` gets the text when it is closed with "Done". */
    editExpression(options: { value: string; complete: (text: string) => void; focus?: boolean }): void;
  };
  notify(message: string, type: 'error'): void;
};
