// A storage account without keys, one container in it, and the roles of those who use it.

param name string
param containerName string
param location string
param tags object
param principalId string

@allowed(['Storage Blob Data Owner', 'Storage Blob Data Contributor'])
param role string

@description('If given, what the principal may delete is limited to blobs whose path is like this.')
param deletablePath string = ''

@description('Who may read the blobs. Empty: nobody else.')
param readerPrincipalId string = ''

@description('Whether the account can be deleted only after its lock.')
param isLocked bool = false

var roleIds = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Storage Blob Data Reader': '2a2b9908-6ea1-4ae2-8ed8-a410df84e7d1'
}

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobs
  name: containerName
}

resource roleDefinition 'Microsoft.Authorization/roleDefinitions@2022-04-01' existing = {
  scope: subscription()
  name: roleIds[role]
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, principalId, roleDefinition.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinition.id
    conditionVersion: empty(deletablePath) ? null : '2.0'
    condition: empty(deletablePath)
      ? null
      : '!(ActionMatches{\'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete\'}) OR @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike \'${deletablePath}\''
  }
}

resource readerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' existing = {
  scope: subscription()
  name: roleIds['Storage Blob Data Reader']
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(readerPrincipalId)) {
  scope: account
  name: guid(account.id, readerPrincipalId, readerRole.id)
  properties: {
    principalId: readerPrincipalId
    roleDefinitionId: readerRole.id
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  scope: account
  name: 'keep'
  properties: { level: 'CanNotDelete', notes: 'Holds the event log.' }
}

output blobServiceUri string = account.properties.primaryEndpoints.blob
output containerName string = container.name
output containerUri string = '${account.properties.primaryEndpoints.blob}${container.name}'
