import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { registerCreateKustomization } from './create-kustomization.ts'
import { registerCreateSourceOci } from './create-source-oci.ts'

/** `create`: objects made from flags, applied or printed. */
export function registerCreate(program: Command, terminal: Terminal): void {
  const create = program.command('create').description('Create or replace objects, or print them')
  registerCreateSourceOci(create.command('source').description('Create or replace sources'), terminal)
  registerCreateKustomization(create, terminal)
}
