import { Sidebar } from './sidebar.editor';
import { wording } from './wording.editor';

const id = 'profile-sync-sidebar';

RED.plugins.registerPlugin(id, {
  onadd() {
    const text = (key: string, values?: TextValues) => this._(key, values);
    const language = RED.i18n.lang();
    const sidebar = new Sidebar(wording(text, language), language);
    RED.sidebar.addTab({
      id,
      name: text('profile-sync-sidebar.name'),
      label: text('profile-sync-sidebar.label'),
      iconClass: 'fa fa-exchange',
      content: sidebar.element,
      enableOnEdit: true,
    });
    RED.actions.add('profile-sync:show-sidebar', () => RED.sidebar.show(id), {
      label: text('profile-sync-sidebar.show'),
    });
    sidebar.listen();
  },
});
