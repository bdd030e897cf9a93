import type { Node } from './document.ts';
import type { SectionReader } from './reader.ts';
import { childOf } from './tree.ts';

/** A slab of the file and what it becomes. */
export interface Template {
  /** Its underlying, or nothing if there is no such underlying. */
  bases: string[];
  ids: string[];
}

/** The names under which slabs can be spoken of. */
export class SlabNames {
  private readonly templates = new Map<string, Template>();

  has(id: string): boolean {
    return this.templates.has(id);
  }

  add(id: string, template: Template): void {
    this.templates.set(id, template);
  }

  /** Slab ids that a name stands for, and their underlyings; undefined if there is no such slab. */
  find(name: string): Template | undefined {
    const template = this.templates.get(name);
    if (template !== undefined) return template;
    const owner = [...this.templates.values()].find(({ ids }) => ids.includes(name));
    return owner === undefined ? undefined : { bases: owner.bases, ids: [name] };
  }

  /** Every name there is. */
  list(): string[] {
    const ids = [...this.templates.values()].flatMap((template) => template.ids);
    return [...new Set([...this.templates.keys(), ...ids])];
  }

  /** The slabs that `item.slabs` names, all of them by default, in the order of the file. */
  read(reader: SectionReader, item: Node, path: string): Template {
    const refs = childOf(item, 'slabs');
    const all = [...this.templates.values()];
    const chosen: Template[] = refs?.type === 'list' ? [] : all;
    if (refs?.type === 'list') {
      refs.items.forEach((ref, index) => {
        const found = this.find(ref.type === 'scalar' ? String(ref.value) : '');
        if (found === undefined)
          reader.refuseName(item, ['slabs', index], path, 'there is no such slab', this.list());
        else chosen.push(found);
      });
    }
    const names = new Set(chosen.flatMap(({ ids }) => ids));
    return {
      ids: all.flatMap(({ ids }) => ids).filter((id) => names.has(id)),
      bases: [...new Set(chosen.flatMap(({ bases }) => bases))],
    };
  }
}
