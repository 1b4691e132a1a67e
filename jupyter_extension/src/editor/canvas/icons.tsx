/** Line icons on a grid of 24, by the names that components give; drawn in the colour of the text around them. */
const SHAPES: Record<string, string> = {
  'file-text': 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  'file-table': 'M6 3h8l4 4v14H6zM14 3v4h4M9 11h6v7H9zM9 14.5h6M12 11v7',
  'file-chart': 'M6 3h8l4 4v14H6zM14 3v4h4M9 18v-3M12 18v-6M15 18v-4',
  braces: 'M9 4H8a2 2 0 0 0-2 2v4l-2 2 2 2v4a2 2 0 0 0 2 2h1M15 4h1a2 2 0 0 1 2 2v4l2 2-2 2v4a2 2 0 0 1-2 2h-1',
  columns: 'M4 5h16v14H4zM9.300 5v14M14.700 5v14',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  database: 'M5 6c0-4 14-4 14 0v12c0 4-14 4-14 0zM5 6c0 4 14 4 14 0M5 12c0 4 14 4 14 0',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  function: 'M5 20c4 0 3-16 8-16 1.5 0 2 .7 2 1.5M6 10h8M14 13l6 7M20 13l-6 7',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c4 4 4 14 0 18M12 3c-4 4-4 14 0 18',
  join: 'M9 6a6 6 0 1 0 0 12A6 6 0 0 0 9 6zM15 6a6 6 0 1 1 0 12A6 6 0 0 1 15 6z',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  mail: 'M3 6h18v12H3zM3 7l9 6 9-6',
  reply: 'M10 6l-6 6 6 6M4 12h9c4 0 7 2 7 6',
  scale: 'M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z',
  sigma: 'M18 7V4H6l7 8-7 8h12v-3',
  sort: 'M7 5v14M3.5 15.5L7 19l3.5-3.5M13 6h8M13 12h6M13 18h3',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16',
  notebook: 'M6 3h13v18H6zM10 3v18M3.5 8H8M3.5 12H8M3.5 16H8',
  note: 'M4 4h16v11l-5 5H4zM15 20v-5h5',
  warning: 'M12 4L2.5 20h19zM12 10v5M12 17.5v.5',
  star: 'M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900L3.500 9.700l5.900-.8z',
  stale: 'M5 12a7 7 0 1 1 2 5M5 12l-2.5-3M5 12l3.5-2'
};

export function Icon({ name }: { name: string }): JSX.Element {
  const shape = SHAPES[name] ?? 'M5 5h14v14H5z';
  return (
    <svg className="mr-Icon" viewBox="0 0 24 24" aria-hidden="true" data-icon={name}>
      <path d={shape} />
    </svg>
  );
}
