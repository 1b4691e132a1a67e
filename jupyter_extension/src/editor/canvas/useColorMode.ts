import type { ColorMode } from '@xyflow/react';

import { useEditor } from '../context';
import { useSignal } from '../useSignal';

/** Whether JupyterLab's theme is light or dark. */
export function useColorMode(): ColorMode {
  const { themeManager } = useEditor();
  return useSignal(themeManager?.themeChanged, () =>
    themeManager?.theme && !themeManager.isLight(themeManager.theme) ? 'dark' : 'light'
  );
}
