/** Events wait here until somebody asks for them. */
export class EventQueue<Event extends { readonly type: string }> {
  #events: Event[] = [];
  #ended = false;
  #wake: () => void = () => {};

  push(event: Event): void {
    // Nobody may ever ask: of progress only the latest counts.
    if (event.type === 'progress' && this.#events.at(-1)?.type === 'progress') this.#events.pop();
    this.#events.push(event);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *drain(): AsyncGenerator<Event, void> {
    for (;;) {
      const ready = this.#events;
      this.#events = [];
      yield* ready;
      if (this.#events.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}
