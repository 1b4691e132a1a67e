import { LabIcon } from '@jupyterlab/ui-components';

/** Two boxes and a wire. */
const FLOW = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <path d="M1 2.5A1.5 1.5 0 0 1 2.5 1h3A1.5 1.5 0 0 1 7 2.5v2A1.5 1.5 0 0 1 5.5 6h-3A1.5 1.5 0 0 1 1 4.500z"/>
    <path d="M9 11.500a1.500 1.500 0 0 1 1.500-1.500h3a1.500 1.500 0 0 1 1.500 1.500v2a1.500 1.500 0 0 1-1.500 1.500h-3A1.500 1.500 0 0 1 9 13.500z"/>
    <path d="M7.500 2.800h2.200a2.800 2.800 0 0 1 2.800 2.800V9.500h-1.400V5.600a1.400 1.400 0 0 0-1.400-1.400H7.500z"/>
  </g>
</svg>`;

export const flowIcon = new LabIcon({ name: 'millrace:flow', svgstr: FLOW });
