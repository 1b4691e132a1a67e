import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import { PageConfig } from '@jupyterlab/coreutils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import { followFile } from '../document/followFile';
import { FlowModelFactory } from '../document/model';
import { SharedFlow } from '../document/sharedFlow';
import { unreadableView } from '../document/unreadableView';
import { type FlowWidget, FlowWidgetFactory } from '../document/widget';
import { Favourites } from './favourites';
import { flowIcon } from './icons';
import { IFlowTracker, IService } from './tokens';

export const FACTORY = 'Flow editor';
const ID = 'millrace:document';

/** The file type, and what opens it. */
export const document: JupyterFrontEndPlugin<IFlowTracker> = {
  id: ID,
  description: 'Opens flows in a visual editor.',
  autoStart: true,
  provides: IFlowTracker,
  requires: [IService, IEditorServices, IRenderMimeRegistry],
  optional: [
    ILayoutRestorer,
    IThemeManager,
    ITranslator,
    ICompletionProviderManager,
    ICollaborativeContentProvider,
    ISettingRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    service: IService,
    editorServices: IEditorServices,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    themeManager: IThemeManager | null,
    translator: ITranslator | null,
    completion: ICompletionProviderManager | null,
    rooms: ICollaborativeContentProvider | null,
    settings: ISettingRegistry | null
  ): IFlowTracker => {
    const trans = (translator ?? nullTranslator).load('millrace');
    app.docRegistry.addFileType({
      name: 'flow',
      displayName: trans.__('Flow'),
      extensions: ['.flow'],
      mimeTypes: ['application/x-millrace-flow+json'],
      fileFormat: 'text',
      contentType: 'file',
      icon: flowIcon
    });

    const { contents } = app.serviceManager;
    const favourites = new Favourites(settings, ID);
    const draw = async (widget: FlowWidget): Promise<Widget> => {
      const { context } = widget;
      if (context.model.unreadable) {
        return unreadableView(widget, { trans, commands: app.commands, contents, editorServices });
      }
      const { openEditor } = await import('../editor/open');
      const opened = openEditor({
        ...service,
        trans,
        editorServices,
        rendermime,
        themeManager,
        completion,
        favourites,
        commands: app.commands,
        contents,
        document: context.model.sharedModel,
        path: () => context.path
      });
      widget.editor = opened.editor;
      return opened.widget;
    };
    const factory = new FlowWidgetFactory(
      { name: FACTORY, modelName: 'millrace-flow', fileTypes: ['flow'], defaultFor: ['flow'] },
      draw
    );
    const shared = rooms !== null && PageConfig.getOption('disableRTC') !== 'true';
    if (shared) {
      rooms.sharedModelFactory.registerDocumentFactory('flow', SharedFlow.create);
      factory.contentProviderId = 'rtc';
    }
    app.docRegistry.addModelFactory(new FlowModelFactory(shared));
    app.docRegistry.addWidgetFactory(factory);

    const tracker = new WidgetTracker<FlowWidget>({ namespace: 'millrace' });
    factory.widgetCreated.connect((_, widget) => {
      widget.title.icon = flowIcon;
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      if (!widget.context.model.collaborative) {
        followFile(widget, contents);
      }
      void tracker.add(widget);
    });
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: widget => ({ path: widget.context.path, factory: FACTORY }),
      name: widget => widget.context.path
    });
    return tracker;
  }
};
