import type { Descriptions } from './descriptions.ts'

const selector =
  'Which pods belong to it; the labels of the template have to match, and it cannot be changed.'
const template = 'The pods that it makes.'
const revisionHistoryLimit = 'How many former states are kept for going back.'
const minReadySeconds = 'Seconds that a new pod has to be ready before it counts as available.'

/** What runs pods: Deployments, sets, Jobs, and what scales and protects them. */
export const workloadDescriptions: Descriptions = {
  'apps.v1.Deployment': {
    '': 'Keeps a number of equal pods running, and replaces them step by step when their template changes.',
    spec: 'What is wanted.',
    status: 'How far it is.',
  },
  'apps.v1.DeploymentSpec': {
    '': 'What a Deployment is to keep running.',
    minReadySeconds,
    paused: 'Whether changes of the template wait.',
    progressDeadlineSeconds: 'Seconds without progress after which a rollout counts as failed.',
    replicas: 'How many pods; 1 when absent.',
    revisionHistoryLimit,
    selector,
    strategy: 'How old pods are replaced by new ones.',
    template,
  },
  'apps.v1.DeploymentStrategy': {
    '': 'How old pods are replaced by new ones.',
    rollingUpdate: 'How fast, for the type RollingUpdate.',
    type: 'RollingUpdate (step by step) or Recreate (all old ones go first).',
  },
  'apps.v1.RollingUpdateDeployment': {
    '': 'How fast pods are replaced.',
    maxSurge: 'How many pods there may be beyond the wanted ones, as number or percentage.',
    maxUnavailable: 'How many of the wanted pods may be missing meanwhile, as number or percentage.',
  },
  'apps.v1.DeploymentStatus': {
    '': 'How far a Deployment is.',
    availableReplicas: 'Pods that have been ready long enough.',
    conditions: 'Whether it is available, and whether it gets on.',
    observedGeneration: 'The generation that all of this is about.',
    readyReplicas: 'Pods that are ready.',
    replicas: 'Pods that are there.',
    unavailableReplicas: 'Pods that are still missing for full availability.',
    updatedReplicas: 'Pods of the present template.',
  },
  'apps.v1.ReplicaSet': {
    '': 'Keeps a number of equal pods running; usually made by a Deployment.',
    spec: 'What is wanted.',
    status: 'How many of the pods are there.',
  },
  'apps.v1.ReplicaSetSpec': {
    '': 'What a ReplicaSet is to keep running.',
    minReadySeconds,
    replicas: 'How many pods; 1 when absent.',
    selector,
    template,
  },
  'apps.v1.StatefulSet': {
    '': 'Runs numbered pods, each with a name and volumes that stay its own.',
    spec: 'What is wanted.',
    status: 'How far it is.',
  },
  'apps.v1.StatefulSetSpec': {
    '': 'What a StatefulSet is to keep running.',
    minReadySeconds,
    ordinals: 'The number of the first pod; 0 when absent.',
    persistentVolumeClaimRetentionPolicy: 'What becomes of the claims when pods or the whole set go.',
    podManagementPolicy: 'OrderedReady (one pod after the other) or Parallel.',
    replicas: 'How many pods; 1 when absent.',
    revisionHistoryLimit,
    selector,
    serviceName: 'The headless Service that gives the pods their host names.',
    template,
    updateStrategy: 'Whether and from which number on pods are replaced by themselves.',
    volumeClaimTemplates: 'Claims that every pod gets for itself.',
  },
  'apps.v1.DaemonSet': {
    '': 'Runs one pod on every node that fits.',
    spec: 'What is wanted.',
    status: 'On how many nodes it runs.',
  },
  'apps.v1.DaemonSetSpec': {
    '': 'What a DaemonSet runs on every node.',
    minReadySeconds,
    revisionHistoryLimit,
    selector,
    template,
    updateStrategy: 'RollingUpdate (node by node) or OnDelete.',
  },
  'batch.v1.Job': {
    '': 'Runs pods until enough of them have succeeded.',
    spec: 'What is to be done.',
    status: 'How far it is.',
  },
  'batch.v1.JobSpec': {
    '': 'What a Job has to do, and when it gives up.',
    activeDeadlineSeconds: 'Seconds after which it is ended, counted from its start.',
    backoffLimit: 'Failures after which it counts as failed.',
    completionMode: 'NonIndexed, or Indexed when every pod has a number of its own.',
    completions: 'How many pods have to succeed.',
    parallelism: 'How many pods run at once.',
    podFailurePolicy: 'What follows from which exit code or condition.',
    selector: 'Which pods belong to it; set by the server.',
    suspend: 'Whether no pods are to run for now.',
    template: 'The pods that do it; their restartPolicy is Never or OnFailure.',
    ttlSecondsAfterFinished: 'Seconds after its end when it is deleted.',
  },
  'batch.v1.CronJob': {
    '': 'Starts Jobs by the clock.',
    spec: 'What is started, and when.',
    status: 'What is running, and when it was started last.',
  },
  'batch.v1.CronJobSpec': {
    '': 'What a CronJob starts, and when.',
    concurrencyPolicy: 'What happens when the one before still runs: Allow, Forbid or Replace.',
    failedJobsHistoryLimit: 'How many failed Jobs are kept.',
    jobTemplate: 'The Jobs that it makes.',
    schedule: 'Minute, hour, day, month and weekday, as cron has them.',
    startingDeadlineSeconds: 'Seconds that a start may be late before it is left out.',
    successfulJobsHistoryLimit: 'How many successful Jobs are kept.',
    suspend: 'Whether no Jobs are to be started for now.',
    timeZone: 'The time zone of the schedule, such as Europe/Berlin.',
  },
  'autoscaling.v2.HorizontalPodAutoscaler': {
    '': 'Changes the number of pods of a workload with its load.',
    spec: 'What is scaled, by what, and how far.',
    status: 'What was measured and decided.',
  },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': {
    '': 'What is scaled, by what, and how far.',
    behavior: 'How fast it may go up and down.',
    maxReplicas: 'The most pods.',
    metrics: 'What is measured, and its target.',
    minReplicas: 'The fewest pods; 1 when absent.',
    scaleTargetRef: 'The workload.',
  },
  'policy.v1.PodDisruptionBudget': {
    '': 'Limits how many pods may be missing because of evictions.',
    spec: 'Which pods, and how many.',
    status: 'How many may go at the moment.',
  },
  'policy.v1.PodDisruptionBudgetSpec': {
    '': 'Which pods are protected, and how far.',
    maxUnavailable: 'How many may be missing, as number or percentage.',
    minAvailable: 'How many have to stay, as number or percentage.',
    selector: 'Which pods are meant.',
    unhealthyPodEvictionPolicy: 'Whether pods that are not ready may always be evicted.',
  },
}
