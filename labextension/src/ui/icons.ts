import { LabIcon } from '@jupyterlab/ui-components';

const draw = (name: string, body: string): LabIcon =>
  new LabIcon({
    name: `nightdesk-lab:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><g class="jp-icon3" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${body}</g></svg>`
  });

export const deskIcon = new LabIcon({
  name: 'nightdesk-lab:desk',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><g class="jp-icon3" fill="#616161"><path d="M10.9 10.6A5.4 5.4 0 0 1 6.1 2.2 5.9 5.9 0 1 0 13.6 9.400 5.400 5.400 0 0 1 10.900 10.600z"/><path d="M11.600 1.500l.7 1.900 1.900.7-1.900.7-.7 1.900-.7-1.900-1.900-.7 1.900-.7z"/></g></svg>'
});
export const saveIcon = draw('save', '<path d="M3 8.500l3.400 3.400L13 4.800"/>');
export const rejectIcon = draw('reject', '<path d="M4 4l8 8M12 4l-8 8"/>');
export const commentIcon = draw(
  'comment',
  '<path d="M2.500 3.500h11v7h-6l-3 2.700v-2.700h-2z"/>'
);
export const openIcon = draw('open', '<path d="M9.500 2.500h4v4M13.300 2.700L7.500 8.500M11.500 9.500v4h-9v-9h4"/>');
export const undoIcon = draw('undo', '<path d="M5.500 3L2.500 6l3 3M2.700 6h6.800a3.500 3.500 0 0 1 0 7H6"/>');
export const refreshIcon = draw('refresh', '<path d="M13 8a5 5 0 1 1-1.500-3.500L13 6M13 2.800V6H9.800"/>');
export const copyIcon = draw('copy', '<path d="M5.500 5.500h8v8h-8zM3.500 10.500h-1v-8h8v1"/>');
export const notebookIcon = draw('insert', '<path d="M3.500 2.500h9v11h-9zM6 2.500v11M8.500 8h2.500M9.700 6.700v2.600"/>');
export const editIcon = draw('edit', '<path d="M10.500 3l2.500 2.500L6 12.500l-3 .5.500-3z"/>');
export const bellIcon = draw('new', '<path d="M8 12.500v-9M4 7.300l4-4 4 4"/>');
