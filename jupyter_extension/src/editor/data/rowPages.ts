/** Rows of a page: what is asked for at once. */
export const PAGE = 200;
/** Pages that are kept: those that were looked at last. */
export const KEPT_PAGES = 60;
/** Questions that wait for an answer at the same time; the newest go first. */
const MOST_ASKED = 2;

export type Cells = readonly unknown[];
type AskPage = (start: number, limit: number) => Promise<readonly Cells[]>;

/** The rows of a large table, page by page as they are looked at. */
export class RowPages {
  /** `told` is called with the rows that have come. */
  constructor(
    private readonly ask: AskPage,
    private readonly told: (start: number, count: number) => void,
    private readonly failed: (error: unknown) => void
  ) {}

  /** A row; undefined while it is on its way. */
  row(index: number): Cells | undefined {
    const page = Math.floor(index / PAGE);
    const rows = this.pages.get(page);
    if (!rows) {
      this.want(page);
      return undefined;
    }
    // The map's order is that of the last looks.
    if (page !== this.latest) {
      this.pages.delete(page);
      this.pages.set(page, rows);
      this.latest = page;
    }
    return rows[index - page * PAGE];
  }

  put(page: number, rows: readonly Cells[]): void {
    this.pages.set(page, rows);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) {
        break;
      }
      this.pages.delete(old);
    }
  }

  /** Nothing more is asked for. */
  dispose(): void {
    this.isDisposed = true;
    this.wanted = [];
    this.pages.clear();
  }

  private want(page: number): void {
    if (this.isDisposed || this.asked.has(page)) {
      return;
    }
    // Who scrolls far passes over many pages: the ones seen last are those that are looked at now.
    this.wanted = [...this.wanted.filter(other => other !== page), page].slice(-4);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.next();
    }, 0);
  }

  private next(): void {
    while (this.asked.size < MOST_ASKED && this.wanted.length) {
      void this.fetch(this.wanted.pop()!);
    }
  }

  private async fetch(page: number): Promise<void> {
    this.asked.add(page);
    try {
      const rows = await this.ask(page * PAGE, PAGE);
      if (!this.isDisposed) {
        this.put(page, rows);
        this.told(page * PAGE, rows.length);
      }
    } catch (error) {
      if (!this.isDisposed) {
        this.failed(error);
      }
    } finally {
      this.asked.delete(page);
      this.next();
    }
  }

  private readonly pages = new Map<number, readonly Cells[]>();
  private readonly asked = new Set<number>();
  private wanted: number[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private latest = -1;
  private isDisposed = false;
}
