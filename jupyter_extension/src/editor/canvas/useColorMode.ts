import type { ColorMode } from '@xyflow/react';
import { useSyncExternalStore } from 'react';

import { useEditor } from '../context';

/** Whether JupyterLab's theme is light or dark. */
export function useColorMode(): ColorMode {
  const { themeManager } = useEditor();
  return useSyncExternalStore(
    told => {
      themeManager?.themeChanged.connect(told);
      return () => void themeManager?.themeChanged.disconnect(told);
    },
    () => (themeManager?.theme && !themeManager.isLight(themeManager.theme) ? 'dark' : 'light')
  );
}
