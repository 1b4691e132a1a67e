import { LabIcon } from '@jupyterlab/ui-components';

const RUNS = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <path d="M1 2.500v4l3.500-2zM1 9.500v4l3.500-2z"/>
    <path d="M6 3.700h9v1.600H6zM6 10.700h9v1.600H6z"/>
  </g>
</svg>`;

const CLOCK = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11zM7.300 4v4.400l3.200 1.900.75-1.250-2.450-1.450V4z"/>
</svg>`;

const KEY = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M5 4a4 4 0 1 0 3.870 5H10v2h2V9h1v2h2V7H8.870A4 4 0 0 0 5 4zm0 2.400a1.600 1.600 0 1 1 0 3.200 1.600 1.600 0 0 1 0-3.200z"/>
</svg>`;

const EXAMPLES = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M1 2h6v5H1zm1.500 1.500v2h3v-2zM9 2h6v5H9zm1.500 1.500v2h3v-2zM1 9h6v5H1zm1.500 1.500v2h3v-2zM9 9h6v5H9zm1.500 1.500v2h3v-2z"/>
</svg>`;

export const runsIcon = new LabIcon({ name: 'millrace:runs', svgstr: RUNS });
export const triggersIcon = new LabIcon({ name: 'millrace:triggers', svgstr: CLOCK });
export const credentialsIcon = new LabIcon({ name: 'millrace:credentials', svgstr: KEY });
export const examplesIcon = new LabIcon({ name: 'millrace:examples', svgstr: EXAMPLES });
