{{/* Everything that the register says: topics, users, databases. */}}
{{- define "platform.register" -}}
{{ .Files.Get "files/register.json" }}
{{- end }}

{{/* Labels of every object; Strimzi finds what belongs to its cluster by the second one. */}}
{{- define "platform.labels" -}}
app.kubernetes.io/part-of: filrouge
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* A name that Kubernetes takes, of a topic or a service. */}}
{{- define "platform.dashed" -}}
{{ . | replace "_" "-" }}
{{- end }}
