// CatFunctions in Azure: one resource group with everything that the pipeline needs, created by `azd up`.
// The app signs in to storage, Key Vault and Application Insights as an identity of its own. The only secrets are the
// password of Kafka and, if given, the key of TheCatAPI: they stay in Key Vault, and no output shows them.

targetScope = 'subscription'

@description('The name of the azd environment. The resource group is named after it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('A region with Flex Consumption: az functionapp list-flexconsumption-locations lists them.')
@metadata({ azd: { type: 'location' } })
param location string

@description('When ProduceCatEvents runs: six NCRONTAB fields, seconds first.')
param catEventsSchedule string = '*/5 * * * * *'

@description('Events per second, views and likes together, on average.')
param eventsPerSecond string = '50'

@description('The key of TheCatAPI. Without one, photos come without breeds.')
@secure()
param catApiKey string = ''

@description('An existing Kafka: HOST:PORT, several with commas. Empty: an Event Hubs namespace is created.')
param kafkaBrokerList string = ''

@description('The topic. In an existing Kafka it must be there already.')
param kafkaTopic string = 'cat_photo_events'

@description('The consumer group of RecordCatEvents.')
param kafkaConsumerGroup string = 'cat_photo_group'

@description('How to talk to an existing Kafka.')
@allowed(['Plaintext', 'Ssl', 'SaslPlaintext', 'SaslSsl'])
param kafkaProtocol string = 'SaslSsl'

@description('How to sign in to an existing Kafka over a Sasl protocol.')
@allowed(['Plain', 'ScramSha256', 'ScramSha512'])
param kafkaAuthenticationMode string = 'Plain'

@description('The user name, or API key, for an existing Kafka over a Sasl protocol.')
param kafkaUsername string = ''

@description('The password, or API secret, for an existing Kafka over a Sasl protocol.')
@secure()
param kafkaPassword string = ''

@description('The certificate, in PEM, of the authority that signed that of an existing Kafka, if it is a private one.')
param kafkaCaCertificate string = ''

@description('Who gets an email when events stop or get lost. Empty: the alerts show in the portal only.')
param alertEmail string = ''

@description('How long an hour of the log is kept, such as 30.00:00:00. Empty: permanently, and then the app may not delete it.')
param retainFor string = ''

@description('Whether the account of the log is locked, and the vault protected from being purged.')
param protectData bool = false

// azd pastes a value into the JSON of its parameters as it is, which line breaks, quotes and backslashes would break.
func decode(value string) string => startsWith(value, 'base64:') ? base64ToString(substring(value, 7)) : value

var tags = { 'azd-env-name': environmentName }
var token = toLower(uniqueString(subscription().id, environmentName, location))
var makesEventHubs = empty(kafkaBrokerList)
var signsInToKafka = makesEventHubs || startsWith(kafkaProtocol, 'Sasl')

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  scope: group
  params: { name: 'id-cat-${token}', location: location, tags: tags }
}

module vault 'vault.bicep' = {
  scope: group
  params: {
    name: 'kv-cat-${token}'
    location: location
    tags: tags
    readerPrincipalId: identity.outputs.principalId
    isPurgeProtected: protectData
  }
}

module monitoring 'monitoring.bicep' = {
  scope: group
  params: { token: token, location: location, tags: tags, senderPrincipalId: identity.outputs.principalId }
}

// Two accounts: the host must own its account as a whole, and so must not share one with the log.
module hostStorage 'storage.bicep' = {
  scope: group
  params: {
    name: 'stcathost${token}'
    containerName: 'app-package'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    role: 'Storage Blob Data Owner'
  }
}

module logStorage 'storage.bicep' = {
  scope: group
  params: {
    name: 'stcatlog${token}'
    containerName: 'cat-events'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    role: 'Storage Blob Data Contributor'
    deletablePath: empty(retainFor) ? 'outbox/*' : ''
    readerPrincipalId: deployer().objectId
    isLocked: protectData
  }
}

module eventHubs 'eventhubs.bicep' = if (makesEventHubs) {
  scope: group
  params: {
    name: 'evhns-cat-${token}'
    eventHubName: kafkaTopic
    location: location
    tags: tags
    vaultName: vault.outputs.name
  }
}

module kafkaSecret 'secret.bicep' = if (!makesEventHubs && signsInToKafka) {
  scope: group
  params: { vaultName: vault.outputs.name, name: 'kafka-password', value: decode(kafkaPassword) }
}

module catApiSecret 'secret.bicep' = if (!empty(catApiKey)) {
  scope: group
  params: { vaultName: vault.outputs.name, name: 'cat-api-key', value: decode(catApiKey) }
}

var signInSettings = signsInToKafka
  ? {
      KafkaAuthenticationMode: makesEventHubs ? 'Plain' : kafkaAuthenticationMode
      KafkaUsername: makesEventHubs ? '$ConnectionString' : decode(kafkaUsername)
      KafkaPassword: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=kafka-password)'
    }
  : {}

var caSettings = empty(kafkaCaCertificate) ? {} : { KafkaCaCertificate: decode(kafkaCaCertificate) }

var retentionSettings = empty(retainFor) ? {} : { EventLog__RetainFor: retainFor }

var catApiSettings = empty(catApiKey)
  ? {}
  : { CatApi__ApiKey: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=cat-api-key)' }

module app 'functionapp.bicep' = {
  scope: group
  params: {
    name: 'func-cat-${token}'
    planName: 'plan-cat-${token}'
    location: location
    tags: union(tags, { 'azd-service-name': 'app' })
    identityId: identity.outputs.id
    packageContainerUri: hostStorage.outputs.containerUri
    settings: union(signInSettings, caSettings, catApiSettings, retentionSettings, {
      AzureWebJobsStorage__blobServiceUri: hostStorage.outputs.blobServiceUri
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.outputs.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
      CatEventsSchedule: catEventsSchedule
      KafkaBrokerList: makesEventHubs ? eventHubs!.outputs.brokerList : kafkaBrokerList
      KafkaTopic: kafkaTopic
      KafkaConsumerGroup: kafkaConsumerGroup
      KafkaProtocol: makesEventHubs ? 'SaslSsl' : kafkaProtocol
      EventLog__Container: logStorage.outputs.containerName
      EventLogStorage__blobServiceUri: logStorage.outputs.blobServiceUri
      EventLogStorage__credential: 'managedidentity'
      EventLogStorage__clientId: identity.outputs.clientId
      Simulation__EventsPerSecond: eventsPerSecond
    })
  }
  // The references to them are text, so Bicep cannot derive the order.
  dependsOn: [kafkaSecret, catApiSecret]
}

module watch 'watch.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    alertEmail: alertEmail
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_FUNCTION_APP_URL string = app.outputs.url
output EVENT_LOG_CONTAINER_URI string = logStorage.outputs.containerUri
output EVENT_LOG_BLOB_SERVICE_URI string = logStorage.outputs.blobServiceUri
output EVENT_LOG_CONTAINER string = logStorage.outputs.containerName
