import type { ReactNode } from 'react';

import type { PanelParts } from './context';
import { CredentialsPanel } from './credentials/CredentialsPanel';
import { ExamplesPanel } from './examples/ExamplesPanel';
import { PluginsPanel } from './plugins/PluginsPanel';
import { RunsPanel } from './runs/RunsPanel';
import { TriggersPanel } from './triggers/TriggersPanel';
import { PanelWidget } from './widget';

export type PanelKind = 'runs' | 'triggers' | 'credentials' | 'plugins' | 'examples';

/** What is drawn for each kind of panel. Loaded when the first one opens. */
const PANELS: Record<PanelKind, () => ReactNode> = {
  runs: () => <RunsPanel />,
  triggers: () => <TriggersPanel />,
  credentials: () => <CredentialsPanel />,
  plugins: () => <PluginsPanel />,
  examples: () => <ExamplesPanel />
};

export function openPanel(kind: PanelKind, parts: PanelParts): PanelWidget {
  return new PanelWidget(parts, PANELS[kind]());
}
