import { EngineStore } from './engineStore';
import { MemoryEngine } from './memoryEngine';

/** State that is gone with the process. For tests, and for trying things out. */
export class MemoryStore extends EngineStore {
  constructor() {
    super(new MemoryEngine());
  }
}
