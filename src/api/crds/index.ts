import type { CustomResourceDefinition } from '../schema.ts'
import { kustomizationCrd } from './kustomization.ts'
import { ociRepositoryCrd } from './oci-repository.ts'

/** Every CRD of sluice, in the order in which they are installed. */
export const crds: readonly CustomResourceDefinition[] = [ociRepositoryCrd, kustomizationCrd]
