{{/* What every pod has: dict "root" $ "name" NAME "component" service|clock|job "access" (list "kafka" …). */}}

{{- define "filrouge.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "filrouge.labels" -}}
{{ include "filrouge.selector" . }}
app.kubernetes.io/part-of: filrouge
app.kubernetes.io/version: {{ include "filrouge.tag" .root | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- /* The network policies look for the access that a pod is labelled with. */}}
{{- define "filrouge.podLabels" -}}
{{ include "filrouge.selector" . }}
app.kubernetes.io/part-of: filrouge
app.kubernetes.io/component: {{ .component }}
{{- range .access }}
filrouge.access/{{ . }}: "true"
{{- end }}
{{- end }}

{{- define "filrouge.tag" -}}
{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "filrouge.image" -}}
{{ .root.Values.image.prefix }}{{ .image }}:{{ include "filrouge.tag" .root }}
{{- end }}

{{- define "filrouge.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "filrouge.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- /* Where Kafka is and as whom it is entered: dict "root" $ "user" USER. Secrets are files, never words of it. */}}
{{- define "filrouge.kafkaAddress" -}}
{{- with .root.Values.kafka -}}
{{- if eq .security "SASL_SSL" -}}
sasl-ssl://{{ $.user }}@{{ .bootstrap }}?password-file=/etc/filrouge/kafka/password
{{- if .ca.secret }}&ca-file=/etc/filrouge/kafka-ca/ca.crt{{ end }}
{{- else }}{{ .bootstrap }}{{ end }}
{{- end }}
{{- end }}

{{- define "filrouge.kafkaEnv" -}}
- {name: FILROUGE_KAFKA, value: {{ include "filrouge.kafkaAddress" . | quote }}}
{{- end }}

{{- define "filrouge.kafkaMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if eq .root.Values.kafka.security "SASL_SSL" }}
- {name: kafka, mountPath: /etc/filrouge/kafka, readOnly: true}
{{- if .root.Values.kafka.ca.secret }}
- {name: kafka-ca, mountPath: /etc/filrouge/kafka-ca, readOnly: true}
{{- end }}
{{- end }}
{{- end }}

{{- define "filrouge.kafkaVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- with .root.Values.kafka }}
{{- if eq .security "SASL_SSL" }}
{{- include "filrouge.secretVolume" (dict "name" "kafka" "secret" $.user "key" .passwordKey "file" "password") | nindent 0 }}
{{- if .ca.secret }}
{{- include "filrouge.secretVolume" (dict "name" "kafka-ca" "secret" .ca.secret "key" .ca.key "file" "ca.crt") | nindent 0 }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* One key of a Secret and no other: that of a CA has its private key beside it. */}}
{{- define "filrouge.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
    items:
      - {key: {{ .key }}, path: {{ .file }}}
{{- end }}

{{- /* The archive, for those who read it. */}}
{{- define "filrouge.archiveEnvFrom" -}}
{{- with .Values.archive.credentialsSecret -}}
envFrom:
  - secretRef: {name: {{ . }}}
{{- end }}
{{- end }}
