{{- define "streamforge.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the pods of a component are found by: (dict "root" $ "component" "silo"). */}}
{{- define "streamforge.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "streamforge.labels" -}}
{{ include "streamforge.selector" . }}
app.kubernetes.io/part-of: streamforge
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* (dict "root" $ "image" .Values.silo.image) */}}
{{- define "streamforge.image" -}}
{{- $name := .image.repository -}}
{{- with .root.Values.image.registry -}}{{- $name = printf "%s/%s" . $name -}}{{- end -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .root.Chart.AppVersion .root.Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Seconds, or hours, as .NET reads a time. */}}
{{- define "streamforge.seconds" -}}
{{- printf "%02d:%02d:%02d" (div (int .) 3600) (mod (div (int .) 60) 60) (mod (int .) 60) -}}
{{- end -}}
{{- define "streamforge.hours" -}}
{{- printf "%d.%02d:00:00" (div (int .) 24) (mod (int .) 24) -}}
{{- end -}}

{{- define "streamforge.clusterSettings" -}}
ClusterId: {{ default (include "streamforge.fullname" .) .Values.cluster.clusterId | quote }}
ServiceId: {{ default (include "streamforge.fullname" .) .Values.cluster.serviceId | quote }}
{{- with .Values.tls.cluster }}
{{- if or .siloSecret .clientSecret }}
Tls:
  Certificate: /etc/streamforge-cluster-tls/tls.crt
  Key: /etc/streamforge-cluster-tls/tls.key
  Authorities: /etc/streamforge-cluster-ca/ca.crt
  SiloName: {{ default (printf "%s-silo.%s.svc" (include "streamforge.fullname" $) $.Release.Namespace) .siloName | quote }}
  ClientNames:
    - {{ default (printf "%s-client.%s.svc" (include "streamforge.fullname" $) $.Release.Namespace) .clientName | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The Secret with a process's certificate of the cluster; empty: no TLS: (dict "root" $ "component" "silo"). */}}
{{- define "streamforge.clusterSecret" -}}
{{- with .root.Values.tls.cluster -}}
{{- if or .siloSecret .clientSecret -}}
{{- if eq $.component "silo" -}}
{{- required "tls.cluster.siloSecret: with TLS in the cluster silos need a certificate" .siloSecret -}}
{{- else -}}
{{- required "tls.cluster.clientSecret: with TLS in the cluster its clients need a certificate" .clientSecret -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of the client API's port, which is also its scheme. */}}
{{- define "streamforge.apiScheme" -}}
{{- ternary "https" "http" (ne .Values.tls.api.secret "") -}}
{{- end -}}

{{- define "streamforge.kafkaSettings" -}}
{{- $client := deepCopy .Values.kafka.client -}}
{{- if .Values.kafka.ca.secret -}}
{{- $client = merge (dict "ssl.ca.location" "/etc/streamforge-kafka-ca/ca.crt") $client -}}
{{- end -}}
BootstrapServers: {{ .Values.kafka.bootstrapServers | quote }}
ReplicationFactor: {{ .Values.kafka.replicationFactor }}
{{- with $client }}
Client:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "streamforge.pipelineSettings" -}}
Partitions: {{ .Values.pipeline.partitions }}
Retention: {{ include "streamforge.hours" .Values.pipeline.retentionHours | quote }}
DeadLetterRetention: {{ include "streamforge.hours" .Values.pipeline.deadLetterRetentionHours | quote }}
ReadyLag: {{ .Values.pipeline.readyLag | int64 }}
{{- end -}}

{{- define "streamforge.telemetrySettings" -}}
{{- with .Values.telemetry.otlpEndpoint }}
OtlpEndpoint: {{ . | quote }}
{{- end }}
Sampling: {{ .Values.telemetry.sampling }}
JsonLogs: {{ .Values.telemetry.jsonLogs }}
{{- end -}}

{{- define "streamforge.accessSettings" -}}
{{- with .Values.access -}}
{{- if not (or .metadata .jwks .publicKeys .symmetricKeys) -}}
{{- fail "access: one of metadata, jwks, publicKeys and symmetricKeys says by which keys tokens are proven" -}}
{{- end -}}
Issuer: {{ required "access.issuer: who makes the tokens" .issuer | quote }}
Audience: {{ required "access.audience: whom tokens must be for" .audience | quote }}
{{- with .metadata }}
Metadata: {{ . | quote }}
{{- end }}
{{- with .jwks }}
Jwks: {{ . | quote }}
{{- end }}
{{- with .publicKeys }}
PublicKeys:
  {{- toYaml . | nindent 2 }}
{{- end }}
AnonymousReads: {{ .anonymousReads }}
Metrics: {{ .metrics }}
{{- end -}}
{{- end -}}

{{/* appsettings.json of one process: (dict "root" $ "sections" (dict ...)); the sections of .Values.settings win. */}}
{{- define "streamforge.appsettings" -}}
{{- $sections := mergeOverwrite (deepCopy .sections) (deepCopy .root.Values.settings) -}}
{{- toPrettyJson (dict "StreamForge" $sections) -}}
{{- end -}}

{{/* An environment variable from a Secret: (dict "name" ... "ref" (dict "secret" ... "key" ...)). */}}
{{- define "streamforge.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .ref.secret }}
      key: {{ .ref.key }}
{{- end -}}

{{- define "streamforge.kafkaSecretEnv" -}}
{{- range .Values.kafka.clientSecrets }}
{{ include "streamforge.secretEnv" (dict "name" (printf "StreamForge__Kafka__Client__%s" .setting) "ref" .) }}
{{- end }}
{{- end -}}

{{/* Who only looks for members. */}}
{{- define "streamforge.membershipEnv" -}}
{{- $ref := ternary .Values.postgres.membership .Values.postgres.connection (ne .Values.postgres.membership.secret "") -}}
{{ include "streamforge.secretEnv" (dict "name" "StreamForge__Cluster__ConnectionString" "ref" $ref) }}
{{- end -}}

{{- define "streamforge.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "streamforge.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where pods of a zone run, and apart from each other: (dict "root" $ "zone" "public" "component" "client-api"). */}}
{{- define "streamforge.scheduling" -}}
{{- $zone := index .root.Values.zones .zone -}}
{{- with $zone.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $zone.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "streamforge.selector" . | nindent 8 }}
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "streamforge.selector" . | nindent 8 }}
{{- end -}}

{{/* Where a process may write, what it reads, and brokers' certificates where wanted. */}}
{{- define "streamforge.volumes" -}}
- name: settings
  configMap:
    name: {{ .settings }}
- name: tmp
  emptyDir: {}
{{- if and .kafka .root.Values.kafka.ca.secret }}
- name: kafka-ca
  secret:
    secretName: {{ .root.Values.kafka.ca.secret }}
    items:
      - key: {{ .root.Values.kafka.ca.key }}
        path: ca.crt
{{- end }}
{{- with .root.Values.postgres.ca }}
{{- if .secret }}
- name: postgres-ca
  secret:
    secretName: {{ .secret }}
    items:
      - { key: {{ .key }}, path: ca.crt }
{{- end }}
{{- end }}
{{- with include "streamforge.clusterSecret" . }}
- name: cluster-tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - { key: tls.crt, path: tls.crt }
      - { key: tls.key, path: tls.key }
- name: cluster-ca
  secret:
    secretName: {{ default . $.root.Values.tls.cluster.authorities.secret }}
    items:
      - { key: {{ $.root.Values.tls.cluster.authorities.key }}, path: ca.crt }
{{- end }}
{{- if and (eq .component "client-api") .root.Values.tls.api.secret }}
- name: api-tls
  secret:
    secretName: {{ .root.Values.tls.api.secret }}
    defaultMode: 0440
    items:
      - { key: tls.crt, path: tls.crt }
      - { key: tls.key, path: tls.key }
{{- end }}
{{- end -}}

{{- define "streamforge.mounts" -}}
- name: settings
  mountPath: /etc/streamforge
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if and .kafka .root.Values.kafka.ca.secret }}
- name: kafka-ca
  mountPath: /etc/streamforge-kafka-ca
  readOnly: true
{{- end }}
{{- if .root.Values.postgres.ca.secret }}
- name: postgres-ca
  mountPath: /etc/streamforge-postgres-ca
  readOnly: true
{{- end }}
{{- if include "streamforge.clusterSecret" . }}
- name: cluster-tls
  mountPath: /etc/streamforge-cluster-tls
  readOnly: true
- name: cluster-ca
  mountPath: /etc/streamforge-cluster-ca
  readOnly: true
{{- end }}
{{- if and (eq .component "client-api") .root.Values.tls.api.secret }}
- name: api-tls
  mountPath: /etc/streamforge-api-tls
  readOnly: true
{{- end }}
{{- end -}}

{{- define "streamforge.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
