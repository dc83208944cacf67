import type { Answer, Order } from './runner.js';

// A runner whose reader does what it is told to do wrong.
process.on('message', ({ input }: Order) => {
  const wrong = Buffer.from(input).toString();
  if (wrong === 'hang') for (;;);
  if (wrong === 'die') process.kill(process.pid, 'SIGSEGV');
  const growth = wrong === 'grow' ? 201 * 2 ** 20 : 0;
  process.send?.({ growth, ...(wrong === 'throw' && { fault: 'a TypeError' }) } satisfies Answer);
});

process.send?.('ready');
