// Written by scripts/record-merge-keys.mjs from Kubernetes 1.21.2's OpenAPI as kustomize 5.8.1 carries it; do not edit.

/** One definition a line: `index Name field[merge keys]=definition …`; empty brackets mark a merged list of scalars. */
export const definitionsText: string = `
0 MutatingWebhookConfiguration metadata=194 webhooks[name]
1 MutatingWebhookConfigurationList items=0
2 ValidatingWebhookConfiguration metadata=194 webhooks[name]
3 ValidatingWebhookConfigurationList items=2
4 MutatingWebhookConfiguration metadata=194 webhooks[name]
5 MutatingWebhookConfigurationList items=4
6 ValidatingWebhookConfiguration metadata=194 webhooks[name]
7 ValidatingWebhookConfigurationList items=6
8 ControllerRevision metadata=194
9 ControllerRevisionList items=8
10 DaemonSet metadata=194 spec=12 status=13
11 DaemonSetList items=10
12 DaemonSetSpec template=97
13 DaemonSetStatus conditions[type]
14 Deployment status=17 metadata=194 spec=16
15 DeploymentList items=14
16 DeploymentSpec template=97
17 DeploymentStatus conditions[type]
18 ReplicaSet spec=20 status=21 metadata=194
19 ReplicaSetList items=18
20 ReplicaSetSpec template=97
21 ReplicaSetStatus conditions[type]
22 StatefulSet metadata=194 spec=24 status=25
23 StatefulSetList items=22
24 StatefulSetSpec template=97 volumeClaimTemplates=86
25 StatefulSetStatus conditions[type]
26 TokenRequest metadata=194
27 TokenReview metadata=194
28 TokenReview metadata=194
29 LocalSubjectAccessReview metadata=194
30 SelfSubjectAccessReview metadata=194
31 SelfSubjectRulesReview metadata=194
32 SubjectAccessReview metadata=194
33 LocalSubjectAccessReview metadata=194
34 SelfSubjectAccessReview metadata=194
35 SelfSubjectRulesReview metadata=194
36 SubjectAccessReview metadata=194
37 HorizontalPodAutoscaler metadata=194
38 HorizontalPodAutoscalerList items=37
39 Scale metadata=194
40 HorizontalPodAutoscaler metadata=194
41 HorizontalPodAutoscalerList items=40
42 HorizontalPodAutoscaler metadata=194
43 HorizontalPodAutoscalerList items=42
44 CronJob metadata=194 spec=46
45 CronJobList items=44
46 CronJobSpec jobTemplate=51
47 Job metadata=194 spec=49 status=50
48 JobList items=47
49 JobSpec template=97
50 JobStatus conditions[type]
51 JobTemplateSpec metadata=194 spec=49
52 CronJob metadata=194 spec=54
53 CronJobList items=52
54 CronJobSpec jobTemplate=55
55 JobTemplateSpec metadata=194 spec=49
56 CertificateSigningRequest metadata=194
57 CertificateSigningRequestList items=56
58 CertificateSigningRequest metadata=194
59 CertificateSigningRequestList items=58
60 Lease metadata=194
61 LeaseList items=60
62 Lease metadata=194
63 LeaseList items=62
64 Binding metadata=194
65 ComponentStatus conditions[type] metadata=194
66 ComponentStatusList items=65
67 ConfigMap metadata=194
68 ConfigMapList items=67
69 Container volumeMounts[mountPath] volumeDevices[devicePath] env[name] ports[containerPort,protocol]
70 Endpoints metadata=194
71 EndpointsList items=70
72 EphemeralContainer volumeDevices[devicePath] volumeMounts[mountPath] env[name]
73 EphemeralVolumeSource volumeClaimTemplate=89
74 Event metadata=194
75 EventList items=74
76 LimitRange metadata=194
77 LimitRangeList items=76
78 Namespace status=80 metadata=194
79 NamespaceList items=78
80 NamespaceStatus conditions[type]
81 Node metadata=194 spec=83 status=84
82 NodeList items=81
83 NodeSpec podCIDRs[]
84 NodeStatus conditions[type] addresses[type]
85 PersistentVolume metadata=194
86 PersistentVolumeClaim metadata=194 status=88
87 PersistentVolumeClaimList items=86
88 PersistentVolumeClaimStatus conditions[type]
89 PersistentVolumeClaimTemplate metadata=194
90 PersistentVolumeList items=85
91 Pod metadata=194 spec=93 status=94
92 PodList items=91
93 PodSpec ephemeralContainers[name]=72 initContainers[name]=69 hostAliases[ip] imagePullSecrets[name] topologySpreadConstraints[topologyKey,whenUnsatisfiable] volumes[name]=112 containers[name]=69
94 PodStatus conditions[type] podIPs[ip]
95 PodTemplate metadata=194 template=97
96 PodTemplateList items=95
97 PodTemplateSpec spec=93 metadata=194
98 ReplicationController metadata=194 spec=100 status=101
99 ReplicationControllerList items=98
100 ReplicationControllerSpec template=97
101 ReplicationControllerStatus conditions[type]
102 ResourceQuota metadata=194
103 ResourceQuotaList items=102
104 Secret metadata=194
105 SecretList items=104
106 Service status=111 metadata=194 spec=110
107 ServiceAccount metadata=194 secrets[name]
108 ServiceAccountList items=107
109 ServiceList items=106
110 ServiceSpec ports[port,protocol]
111 ServiceStatus conditions[type]
112 Volume ephemeral=73
113 EndpointSlice metadata=194
114 EndpointSliceList items=113
115 EndpointSlice metadata=194
116 EndpointSliceList items=115
117 Event metadata=194
118 EventList items=117
119 Event metadata=194
120 EventList items=119
121 Ingress metadata=194
122 IngressList items=121
123 FlowSchema metadata=194
124 FlowSchemaList items=123
125 PriorityLevelConfiguration metadata=194
126 PriorityLevelConfigurationList items=125
127 Ingress metadata=194
128 IngressClass metadata=194
129 IngressClassList items=128
130 IngressList items=127
131 NetworkPolicy metadata=194
132 NetworkPolicyList items=131
133 Ingress metadata=194
134 IngressClass metadata=194
135 IngressClassList items=134
136 IngressList items=133
137 RuntimeClass metadata=194
138 RuntimeClassList items=137
139 RuntimeClass metadata=194
140 RuntimeClassList items=139
141 PodDisruptionBudget metadata=194 status=143
142 PodDisruptionBudgetList items=141
143 PodDisruptionBudgetStatus conditions[type]
144 Eviction metadata=194
145 PodDisruptionBudget metadata=194 status=147
146 PodDisruptionBudgetList items=145
147 PodDisruptionBudgetStatus conditions[type]
148 PodSecurityPolicy metadata=194
149 PodSecurityPolicyList items=148
150 ClusterRole metadata=194
151 ClusterRoleBinding metadata=194
152 ClusterRoleBindingList items=151
153 ClusterRoleList items=150
154 Role metadata=194
155 RoleBinding metadata=194
156 RoleBindingList items=155
157 RoleList items=154
158 ClusterRole metadata=194
159 ClusterRoleBinding metadata=194
160 ClusterRoleBindingList items=159
161 ClusterRoleList items=158
162 Role metadata=194
163 RoleBinding metadata=194
164 RoleBindingList items=163
165 RoleList items=162
166 PriorityClass metadata=194
167 PriorityClassList items=166
168 PriorityClass metadata=194
169 PriorityClassList items=168
170 CSIDriver metadata=194
171 CSIDriverList items=170
172 CSINode metadata=194 spec=174
173 CSINodeList items=172
174 CSINodeSpec drivers[name]
175 StorageClass metadata=194
176 StorageClassList items=175
177 VolumeAttachment metadata=194
178 VolumeAttachmentList items=177
179 CSIDriver metadata=194
180 CSIDriverList items=179
181 CSINode metadata=194 spec=183
182 CSINodeList items=181
183 CSINodeSpec drivers[name]
184 CSIStorageCapacity metadata=194
185 CSIStorageCapacityList items=184
186 StorageClass metadata=194
187 StorageClassList items=186
188 VolumeAttachment metadata=194
189 VolumeAttachmentList items=188
190 CustomResourceDefinition metadata=194
191 CustomResourceDefinitionList items=190
192 CustomResourceDefinition metadata=194
193 CustomResourceDefinitionList items=192
194 ObjectMeta finalizers[] ownerReferences[uid]
195 APIService metadata=194 status=197
196 APIServiceList items=195
197 APIServiceStatus conditions[type]
198 APIService metadata=194 status=200
199 APIServiceList items=198
200 APIServiceStatus conditions[type]
`

/** The definition of a kind: `apiVersion Kind index`; kinds known to the schema but without merged lists have `-`. */
export const kindsText: string = `
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration 0
admissionregistration.k8s.io/v1 MutatingWebhookConfigurationList 1
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration 2
admissionregistration.k8s.io/v1 ValidatingWebhookConfigurationList 3
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration 4
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfigurationList 5
admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration 6
admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfigurationList 7
apiextensions.k8s.io/v1 CustomResourceDefinition 190
apiextensions.k8s.io/v1 CustomResourceDefinitionList 191
apiextensions.k8s.io/v1beta1 CustomResourceDefinition 192
apiextensions.k8s.io/v1beta1 CustomResourceDefinitionList 193
apiregistration.k8s.io/v1 APIService 195
apiregistration.k8s.io/v1 APIServiceList 196
apiregistration.k8s.io/v1beta1 APIService 198
apiregistration.k8s.io/v1beta1 APIServiceList 199
apps/v1 ControllerRevision 8
apps/v1 ControllerRevisionList 9
apps/v1 DaemonSet 10
apps/v1 DaemonSetList 11
apps/v1 Deployment 14
apps/v1 DeploymentList 15
apps/v1 ReplicaSet 18
apps/v1 ReplicaSetList 19
apps/v1 StatefulSet 22
apps/v1 StatefulSetList 23
authentication.k8s.io/v1 TokenRequest 26
authentication.k8s.io/v1 TokenReview 27
authentication.k8s.io/v1beta1 TokenReview 28
authorization.k8s.io/v1 LocalSubjectAccessReview 29
authorization.k8s.io/v1 SelfSubjectAccessReview 30
authorization.k8s.io/v1 SelfSubjectRulesReview 31
authorization.k8s.io/v1 SubjectAccessReview 32
authorization.k8s.io/v1beta1 LocalSubjectAccessReview 33
authorization.k8s.io/v1beta1 SelfSubjectAccessReview 34
authorization.k8s.io/v1beta1 SelfSubjectRulesReview 35
authorization.k8s.io/v1beta1 SubjectAccessReview 36
autoscaling/v1 HorizontalPodAutoscaler 37
autoscaling/v1 HorizontalPodAutoscalerList 38
autoscaling/v1 Scale 39
autoscaling/v2beta1 HorizontalPodAutoscaler 40
autoscaling/v2beta1 HorizontalPodAutoscalerList 41
autoscaling/v2beta2 HorizontalPodAutoscaler 42
autoscaling/v2beta2 HorizontalPodAutoscalerList 43
batch/v1 CronJob 44
batch/v1 CronJobList 45
batch/v1 Job 47
batch/v1 JobList 48
batch/v1beta1 CronJob 52
batch/v1beta1 CronJobList 53
certificates.k8s.io/v1 CertificateSigningRequest 56
certificates.k8s.io/v1 CertificateSigningRequestList 57
certificates.k8s.io/v1beta1 CertificateSigningRequest 58
certificates.k8s.io/v1beta1 CertificateSigningRequestList 59
coordination.k8s.io/v1 Lease 60
coordination.k8s.io/v1 LeaseList 61
coordination.k8s.io/v1beta1 Lease 62
coordination.k8s.io/v1beta1 LeaseList 63
discovery.k8s.io/v1 EndpointSlice 113
discovery.k8s.io/v1 EndpointSliceList 114
discovery.k8s.io/v1beta1 EndpointSlice 115
discovery.k8s.io/v1beta1 EndpointSliceList 116
events.k8s.io/v1 Event 117
events.k8s.io/v1 EventList 118
events.k8s.io/v1beta1 Event 119
events.k8s.io/v1beta1 EventList 120
extensions/v1beta1 Ingress 121
extensions/v1beta1 IngressList 122
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema 123
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchemaList 124
flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration 125
flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfigurationList 126
networking.k8s.io/v1 Ingress 127
networking.k8s.io/v1 IngressClass 128
networking.k8s.io/v1 IngressClassList 129
networking.k8s.io/v1 IngressList 130
networking.k8s.io/v1 NetworkPolicy 131
networking.k8s.io/v1 NetworkPolicyList 132
networking.k8s.io/v1beta1 Ingress 133
networking.k8s.io/v1beta1 IngressClass 134
networking.k8s.io/v1beta1 IngressClassList 135
networking.k8s.io/v1beta1 IngressList 136
node.k8s.io/v1 RuntimeClass 137
node.k8s.io/v1 RuntimeClassList 138
node.k8s.io/v1beta1 RuntimeClass 139
node.k8s.io/v1beta1 RuntimeClassList 140
policy/v1 PodDisruptionBudget 141
policy/v1 PodDisruptionBudgetList 142
policy/v1beta1 Eviction 144
policy/v1beta1 PodDisruptionBudget 145
policy/v1beta1 PodDisruptionBudgetList 146
policy/v1beta1 PodSecurityPolicy 148
policy/v1beta1 PodSecurityPolicyList 149
rbac.authorization.k8s.io/v1 ClusterRole 150
rbac.authorization.k8s.io/v1 ClusterRoleBinding 151
rbac.authorization.k8s.io/v1 ClusterRoleBindingList 152
rbac.authorization.k8s.io/v1 ClusterRoleList 153
rbac.authorization.k8s.io/v1 Role 154
rbac.authorization.k8s.io/v1 RoleBinding 155
rbac.authorization.k8s.io/v1 RoleBindingList 156
rbac.authorization.k8s.io/v1 RoleList 157
rbac.authorization.k8s.io/v1beta1 ClusterRole 158
rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding 159
rbac.authorization.k8s.io/v1beta1 ClusterRoleBindingList 160
rbac.authorization.k8s.io/v1beta1 ClusterRoleList 161
rbac.authorization.k8s.io/v1beta1 Role 162
rbac.authorization.k8s.io/v1beta1 RoleBinding 163
rbac.authorization.k8s.io/v1beta1 RoleBindingList 164
rbac.authorization.k8s.io/v1beta1 RoleList 165
scheduling.k8s.io/v1 PriorityClass 166
scheduling.k8s.io/v1 PriorityClassList 167
scheduling.k8s.io/v1beta1 PriorityClass 168
scheduling.k8s.io/v1beta1 PriorityClassList 169
storage.k8s.io/v1 CSIDriver 170
storage.k8s.io/v1 CSIDriverList 171
storage.k8s.io/v1 CSINode 172
storage.k8s.io/v1 CSINodeList 173
storage.k8s.io/v1 StorageClass 175
storage.k8s.io/v1 StorageClassList 176
storage.k8s.io/v1 VolumeAttachment 177
storage.k8s.io/v1 VolumeAttachmentList 178
storage.k8s.io/v1beta1 CSIDriver 179
storage.k8s.io/v1beta1 CSIDriverList 180
storage.k8s.io/v1beta1 CSINode 181
storage.k8s.io/v1beta1 CSINodeList 182
storage.k8s.io/v1beta1 CSIStorageCapacity 184
storage.k8s.io/v1beta1 CSIStorageCapacityList 185
storage.k8s.io/v1beta1 StorageClass 186
storage.k8s.io/v1beta1 StorageClassList 187
storage.k8s.io/v1beta1 VolumeAttachment 188
storage.k8s.io/v1beta1 VolumeAttachmentList 189
v1 Binding 64
v1 ComponentStatus 65
v1 ComponentStatusList 66
v1 ConfigMap 67
v1 ConfigMapList 68
v1 Endpoints 70
v1 EndpointsList 71
v1 Event 74
v1 EventList 75
v1 LimitRange 76
v1 LimitRangeList 77
v1 Namespace 78
v1 NamespaceList 79
v1 Node 81
v1 NodeList 82
v1 PersistentVolume 85
v1 PersistentVolumeClaim 86
v1 PersistentVolumeClaimList 87
v1 PersistentVolumeList 90
v1 Pod 91
v1 PodList 92
v1 PodTemplate 95
v1 PodTemplateList 96
v1 ReplicationController 98
v1 ReplicationControllerList 99
v1 ResourceQuota 102
v1 ResourceQuotaList 103
v1 Secret 104
v1 SecretList 105
v1 Service 106
v1 ServiceAccount 107
v1 ServiceAccountList 108
v1 ServiceList 109
`

/** Kinds that live in no namespace: `apiVersion Kind`. */
export const clusterScopedText: string = `
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration
admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration
apiextensions.k8s.io/v1 CustomResourceDefinition
apiextensions.k8s.io/v1beta1 CustomResourceDefinition
apiregistration.k8s.io/v1 APIService
apiregistration.k8s.io/v1beta1 APIService
authentication.k8s.io/v1 TokenReview
authentication.k8s.io/v1beta1 TokenReview
authorization.k8s.io/v1 SelfSubjectAccessReview
authorization.k8s.io/v1 SelfSubjectRulesReview
authorization.k8s.io/v1 SubjectAccessReview
authorization.k8s.io/v1beta1 SelfSubjectAccessReview
authorization.k8s.io/v1beta1 SelfSubjectRulesReview
authorization.k8s.io/v1beta1 SubjectAccessReview
certificates.k8s.io/v1 CertificateSigningRequest
certificates.k8s.io/v1beta1 CertificateSigningRequest
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema
flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration
networking.k8s.io/v1 IngressClass
networking.k8s.io/v1beta1 IngressClass
node.k8s.io/v1 RuntimeClass
node.k8s.io/v1beta1 RuntimeClass
policy/v1beta1 PodSecurityPolicy
rbac.authorization.k8s.io/v1 ClusterRole
rbac.authorization.k8s.io/v1 ClusterRoleBinding
rbac.authorization.k8s.io/v1beta1 ClusterRole
rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding
scheduling.k8s.io/v1 PriorityClass
scheduling.k8s.io/v1beta1 PriorityClass
storage.k8s.io/v1 CSIDriver
storage.k8s.io/v1 CSINode
storage.k8s.io/v1 StorageClass
storage.k8s.io/v1 VolumeAttachment
storage.k8s.io/v1beta1 CSIDriver
storage.k8s.io/v1beta1 CSINode
storage.k8s.io/v1beta1 StorageClass
storage.k8s.io/v1beta1 VolumeAttachment
v1 ComponentStatus
v1 Namespace
v1 Node
v1 PersistentVolume
`
