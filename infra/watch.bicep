// The workbook and the alerts. docs/monitoring.md explains both.

param location string
param tags object
param applicationInsightsId string

@description('Who gets the alerts by email. Empty: they show in the portal only.')
param alertEmail string

// A row in the answer to a query is a problem.
var alerts = [
  {
    name: 'no-events'
    title: 'No cat events were recorded for 5 minutes'
    query: loadTextContent('alerts/no-events.kql')
    window: 'PT5M'
    severity: 1
  }
  {
    name: 'lost-events'
    title: 'Cat events are dead letters, or missing'
    query: loadTextContent('alerts/lost-events.kql')
    window: 'PT30M'
    severity: 2
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Cat events'
    category: 'workbook'
    sourceId: applicationInsightsId
    serializedData: replace(loadTextContent('workbook.json'), 'APPLICATION_INSIGHTS_ID', applicationInsightsId)
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmail)) {
  name: 'ag-cat-events'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'cat-events'
    enabled: true
    emailReceivers: [{ name: 'owner', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      severity: alert.severity
      enabled: true
      autoMitigate: true
      scopes: [applicationInsightsId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      criteria: {
        allOf: [
          { query: alert.query, timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 }
        ]
      }
      actions: { actionGroups: empty(alertEmail) ? [] : [people.id] }
    }
  }
]
