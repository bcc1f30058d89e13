/** What tasks and their commands do. A lazy part of the bundle. */
import { allow, withdraw } from './allowance';
import type { TaskPorts } from './ports';
import { runTask } from './run';
import { TaskTerminal } from './terminal';

export const taskActions = {
  allow,
  withdraw,
  terminal: (definition: unknown, ports: TaskPorts): TaskTerminal =>
    new TaskTerminal((say, controller) => runTask(definition, say, controller, ports)),
};
