import type { Artifact, OCIRepository } from '#api'
import { type ArtifactStore, pullArtifact, unpack } from '#artifact'
