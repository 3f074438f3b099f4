// Event Hubs as a Kafka broker: an event hub is a topic. The consumer groups of Kafka clients are created
// automatically and are not those of Event Hubs, so none is declared.

param name string
param eventHubName string
param location string
param tags object

@description('The vault that gets the connection string, as the secret kafka-password.')
param vaultName string

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard', capacity: 1 } // Basic has no Kafka endpoint
  properties: {
    kafkaEnabled: true
    minimumTlsVersion: '1.2'
    // The Kafka extension of Azure Functions cannot sign in with a managed identity.
    disableLocalAuth: false
  }

  resource eventHub 'eventhubs' = {
    name: eventHubName
    properties: {
      partitionCount: 3
      // The longest that Standard allows: the log can catch up after an outage of that length.
      retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: 168 }
    }

    // Of this one event hub, not of the whole namespace.
    resource access 'authorizationRules' = {
      name: 'catfunctions'
      properties: { rights: ['Listen', 'Send'] }
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource password 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = {
  parent: vault
  name: 'kafka-password'
  properties: { value: namespace::eventHub::access.listKeys().primaryConnectionString }
}

output brokerList string = '${namespace.name}.servicebus.windows.net:9093'
