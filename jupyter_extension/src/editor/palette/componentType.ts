/** What a dragged component carries. */
export const COMPONENT_TYPE = 'application/x-millrace-component';
