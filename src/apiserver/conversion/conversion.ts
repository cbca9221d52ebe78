import type { KubeObject } from '#api'

/** How objects of one served version differ from what is stored; neither function changes its argument. */
export interface Conversion {
  /** Stored form → this version. */
  read(stored: KubeObject): KubeObject
  /** This version → stored form. */
  write(object: KubeObject): KubeObject
}
