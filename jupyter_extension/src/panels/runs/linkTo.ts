import { PageConfig, URLExt } from '@jupyterlab/coreutils';

export const RUN_KEY = 'millrace-run';
export const STEP_KEY = 'millrace-step';

/** An address that opens a run in JupyterLab, at a step if one is named. No token is in it. */
export function linkTo(run: string, step?: string): string {
  const query = URLExt.objectToQueryString({ [RUN_KEY]: run, ...(step ? { [STEP_KEY]: step } : {}) });
  return URLExt.join(PageConfig.getBaseUrl(), 'lab') + query;
}
