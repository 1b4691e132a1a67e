import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import type { IFavourites } from '../editor/context';

const FIELD = 'favourites';

/** Starred node types, in JupyterLab's settings of a plugin; without settings, until the page is closed. */
export class Favourites implements IFavourites {
  readonly changed = new Signal<this, void>(this);

  constructor(registry: ISettingRegistry | null, plugin: string) {
    registry?.load(plugin).then(
      settings => {
        this.settings = settings;
        settings.changed.connect(() => this.read(settings));
        this.read(settings);
      },
      (error: unknown) => console.error('The settings of millrace cannot be read.', error)
    );
  }

  get ids(): readonly string[] {
    return this.starred;
  }

  toggle(id: string): void {
    const others = this.starred.filter(one => one !== id);
    this.show(others.length < this.starred.length ? others : [...others, id]);
    void this.settings?.set(FIELD, [...this.starred]);
  }

  private read(settings: ISettingRegistry.ISettings): void {
    this.show(settings.get(FIELD).composite as string[]);
  }

  private show(ids: readonly string[]): void {
    if (ids.join() !== this.starred.join()) {
      this.starred = ids;
      this.changed.emit();
    }
  }

  private starred: readonly string[] = [];
  private settings: ISettingRegistry.ISettings | null = null;
}
